//! What packagers need: completions and the manual page, made from the command line itself.

mod names;

use std::ffi::OsStr;
use std::io::{self, Write};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};
use clap_mangen::Man;

use crate::exit::Exit;
use nixfleet_text::{Foreign, Lines, output};

/// The arguments of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Writes a shell's completions: a function that asks the tool at each key, so that it knows the
/// fleet's hosts.
pub fn completions(args: &Completions) -> Exit {
    let shells = Shells::builtins();
    let mut text = Vec::new();
    if let Some(shell) = shells.completer(&args.shell.to_string()) {
        // Writing to memory does not fail.
        let _ = shell.write_registration(VARIABLE, NAME, NAME, NAME, &mut text);
    }
    if args.shell == Shell::Zsh {
        // As a file of `fpath` it is run at the first key alone, and has to answer that as well.
        text.extend(ZSH.as_bytes());
    }
    output::print(Lines::whole(&Foreign::of_bytes(text)));
    Exit::Fine
}

/// Answers a shell that asks for completions, and ends then.
pub fn answer(cli: fn() -> Command) {
    CompleteEnv::with_factory(move || naming(cli())).var(VARIABLE).bin(NAME).complete();
}

/// The names that a shell is offered for what is typed so far.
type Offer = fn(&OsStr) -> Vec<CompletionCandidate>;

/// What takes names of the fleet, by the arguments that it is called in the commands.
const NAMED: &[(&str, Offer)] = &[
    ("hosts", names::hosts),
    ("host", names::hosts),
    ("tags", names::tags),
    ("wave", names::waves),
];

/// The command line, with the fleet's hosts, tags and waves where they are meant.
fn naming(mut command: Command) -> Command {
    for (argument, names) in NAMED {
        if command.get_arguments().any(|it| it.get_id() == argument) {
            command = command.mut_arg(argument, |it| it.add(ArgValueCompleter::new(*names)));
        }
    }
    let names: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, naming))
}

const NAME: &str = "nixfleet";

/// The variable in which the shell says who it is.
const VARIABLE: &str = "COMPLETE";

const ZSH: &str = "\n[[ $funcstack[1] = _nixfleet ]] && _clap_dynamic_completer_nixfleet \"$@\"\n";

/// Writes the manual page, every command in it.
pub fn man(cli: Command) -> Exit {
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = render_man(&mut text, cli);
    output::print(Lines::whole(&Foreign::of_bytes(text)));
    Exit::Fine
}

fn render_man(text: &mut Vec<u8>, mut cli: Command) -> io::Result<()> {
    cli.build();
    let commands: Vec<Command> = cli.get_subcommands().cloned().collect();
    let man = Man::new(cli.clone());
    let mut title = Vec::new();
    man.render_title(&mut title)?;
    // clap_mangen writes no date as no word at all, so that what follows would be taken for one.
    let title = String::from_utf8_lossy(&title).replace(" 1  \"", " 1 \"\" \"");
    text.write_all(title.as_bytes())?;
    man.render_name_section(text)?;
    man.render_synopsis_section(text)?;
    man.render_description_section(text)?;
    man.render_options_section(text)?;
    writeln!(text, ".SH COMMANDS")?;
    for command in &commands {
        render_command(text, command)?;
    }
    writeln!(text, ".SH EXIT STATUS")?;
    for (status, meaning) in STATUSES {
        writeln!(text, ".TP\n{status}\n{meaning}")?;
    }
    Ok(())
}

const STATUSES: &[(u8, &str)] = &[
    (0, "All is well; there may be warnings."),
    (1, "There are faults, or assertions failed."),
    (2, "The command line is wrong."),
    (3, "This machine lacks something, or Nix failed."),
    (4, "A time limit passed."),
    (130, "Interrupted."),
];

fn render_command(text: &mut Vec<u8>, command: &Command) -> io::Result<()> {
    writeln!(text, ".SS {}", command.get_name())?;
    if let Some(about) = command.get_about() {
        writeln!(text, "{about}.")?;
    }
    // What every command takes is said once, above.
    let own = command.clone().disable_help_flag(true).disable_version_flag(true);
    let own = own.mut_args(|it| if it.is_global_set() { it.hide(true) } else { it });
    let mut options = Vec::new();
    Man::new(own).render_options_section(&mut options)?;
    let options = String::from_utf8_lossy(&options).replace(".SH OPTIONS\n", "");
    text.write_all(options.as_bytes())
}
