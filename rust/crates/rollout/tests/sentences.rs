//! Every sentence of a plan, as it reads: of each case where the whole stands, each wave and each host. The
//! golden file is what to look at when words change; `INSTA_UPDATE=always` writes it anew. What the source
//! can say and no case here says is told as well, so that a new sentence has a case.

#[path = "sentences/cases.rs"]
mod cases;
mod fleet;
#[path = "sentences/source.rs"]
mod source;

use std::fmt::Write;

use fleet::Fleet;

/// Where everything stands, after all that follows at once.
fn shown(fleet: &mut Fleet) -> String {
    fleet.decide();
    let decision = fleet.decide();
    let view = fleet.rollout.view(&decision);
    let mut text = format!("{:?}: {}\n", view.state, view.sentence);
    for wave in &view.waves {
        let _ = writeln!(text, "  {} {:?}: {}", wave.name, wave.state, wave.sentence);
    }
    for host in &view.hosts {
        let _ = writeln!(text, "    {} {:?}: {}", host.name, host.standing, host.sentence);
    }
    text
}

fn all() -> String {
    cases::all().into_iter().fold(String::new(), |mut text, (case, mut fleet)| {
        let _ = writeln!(text, "# {case}\n{}", shown(&mut fleet));
        text
    })
}

#[test]
fn each_sentence_reads_as_it_did() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("sentences", all());
    });
}

#[test]
fn each_that_the_source_has_is_read_here() {
    let read = all();
    let unread: Vec<_> = source::fragments().into_iter().filter(|it| !read.contains(it)).collect();
    assert_eq!(unread, cases::UNREAD, "give each a case in `tests/sentences/cases.rs`");
}
