use super::*;
use crate::faults::source::{Refused, parse};

/// What is shown of a source's first error: the line, the part, and what is said.
fn told(source: &str) -> String {
    match parse(source) {
        Err(Refused::At(at)) => {
            let SyntaxError { span, message, help } = error(source, at);
            let line = source[..span.start].matches('\n').count() + 1;
            format!("{line} {}: {message}; {help}", &source[span])
        }
        Err(Refused::TooDeep) => "too deep".to_owned(),
        Ok(_) => "fine".to_owned(),
    }
}

#[test]
fn what_was_forgotten_is_told_where_it_was() {
    let table = [
        ("{ a = 1; }", "fine"),
        ("{\n a.b = true\n c.\"d e\".f = false;\n}", "2 true: `;` is missing; write `true;`"),
        (
            "{\n<<<<<<< HEAD\n a = 1;\n=======\n a = 2;\n>>>>>>> x\n}\n",
            "2 <<<<<<<: git left a conflict of two sides here; keep one of the sides, or both, and take \
             out the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`",
        ),
        (
            "{\n a = [\n  ./b;\n  ./c\n ];\n}",
            "3 ;: `;` separates no values of a list; take it out: a blank separates them",
        ),
        ("let\n a = 1;\nf.g { b = a; }", "2 ;: `let` has no `in`; write `; in`"),
        ("{ a = 1 }", "1 1: `;` is missing; write `1;`"),
        (
            "{\n a = {\n  b = 1;\n\n c = 2;\n}\n",
            "2 {: what begins here with `{` is never closed; write `}` where it ends",
        ),
        (
            "{\n a = \"hello;\n b = 1;\n c = \"x\";\n}\n",
            "2 \": the text that begins here with `\"` is never closed; write `\"` where it ends",
        ),
        (
            "{\n x = \"fine\";\n a = \"hello;\n b = 1;\n}\n",
            "3 \": the text that begins here with `\"` is never closed; write `\"` where it ends",
        ),
        (
            "{\n a = \"hello;\n b = \"x\";\n c = 1;\n}\n",
            "2 \": the text that begins here with `\"` is never closed; write `\"` where it ends",
        ),
        (
            "{\n a = ''\n  hello;\n b = 1;\n}\n",
            "2 '': the text that begins here with `''` is never closed; write `''` where it ends",
        ),
        (
            "{\n a = [ 1 2;\n b = 1;\n}",
            "2 [: what begins here with `[` is never closed; write `]` where it ends",
        ),
        (
            "{\n a = (f 1;\n b = 1;\n}",
            "2 (: what begins here with `(` is never closed; write `)` where it ends",
        ),
        (
            "{ a = [ 1, 2 ]; }",
            "1 ,: `,` separates no values of a list; take it out: a blank separates them",
        ),
        (
            "{ a = [ with b; c ]; }",
            "1 with: `with` begins no value here; put brackets around what it begins: `(… )`",
        ),
        (
            "{ a = [ ] ++ if b then c else d; }",
            "1 if: `if` begins no value here; put brackets around what it begins: `(… )`",
        ),
        ("{ a: 1; }", "1 :: `:` gives no value to a name; write `=` in its place"),
        ("{ a == 1; }", "1 ==: `==` compares; write `=` to give a value to a name"),
        ("{ a = 1, b = 2; }", "1 ,: `,` ends no value of a set; write `;` in its place"),
        ("{ a = 1; }}", "1 }: `}` closes nothing; take it out, or write what it should close"),
        (
            "{ config pkgs, ... }: { }",
            "1 config: `,` is missing between two arguments; write `config,`",
        ),
        (
            "{ config, ... } { a = 1; }",
            "1 }: `:` is missing between the arguments and what is made of them; write `}:`",
        ),
        ("let a = 1; { b = a; }", "1 ;: `let` has no `in`; write `; in`"),
        ("", "1 : the file is empty; write at least `{ }`"),
        (
            "{ a = if true then 1; }",
            "1 if: `if` has no `else`; write `if … then … else …`; Nix looks for `else` before `;`",
        ),
        ("{ a = 1; /* never\n}", "1 /*: the comment never ends; write `*/` where it ends"),
        ("{ a = 1;; }", "1 ;: `;` ends nothing; take it out"),
        (
            "\u{feff}{ }",
            "1 \u{feff}: `\\u{feff}` means nothing in Nix; save the file without a byte order mark",
        ),
        ("{ a = “x”; }", "1 “: `“` means nothing in Nix; write `\"`"),
        ("{ a = 'x'; }", "1 ': `'` means nothing in Nix; write `\"`, which begins and ends a text"),
        ("{\n a\u{a0}= 1;\n}", "2 \u{a0}: `\\u{a0}` means nothing in Nix; write a plain blank"),
        ("{\n // a\n b = 1;\n}", "2 //: `//` joins two sets, and begins no comment; write `#`"),
        ("{ a ... }: { }", "1 a: `,` is missing between two arguments; write `a,`"),
        ("b@{ a ... }: { }", "1 a: `,` is missing between two arguments; write `a,`"),
        ("{ a = ; }", "1 =: there is no value after `=`; write the value"),
        ("{ a }", "1 }: `:` is missing between the arguments and what is made of them; write `}:`"),
        (
            "{ a = { b = 1; ]; }",
            "1 {: `{` is closed by `]`, which is of another kind; write `}` where it ends",
        ),
    ];
    for (source, expected) in table {
        assert_eq!(told(source), expected, "{source}");
    }
}

#[test]
fn what_is_right_elsewhere_is_told_where_it_stands() {
    let table = [
        (
            "{ a = { { b = 1; } }; }",
            "1 {: a set has no values without a name; write `NAME = …;`, or put values into a list: `[ … ]`",
        ),
        (
            "{ a = { [ 1 ] }; }",
            "1 [: a set has no values without a name; write `NAME = …;`, or put values into a list: `[ … ]`",
        ),
        (
            "{ a = { \"b\" }; }",
            "1 \"b\": `\"b\"` has no value; write `\"b\" = …;`, or put values into a list: `[ … ]`",
        ),
        (
            "{ a = [ b = 1; ]; }",
            "1 =: `=` gives a value to a name in a set alone; put the name and its value into a set, in \
             braces: `{ NAME = …; }`",
        ),
        (
            "{ a = ( b = 1; ); }",
            "1 =: `=` gives a value to a name in a set alone; a set is in braces: write `{` and `}` in place \
             of the brackets",
        ),
        (
            "{ a = 1; = 2; }",
            "1 =: `=` has no name before it; write the name that is given the value: `NAME = …;`",
        ),
        ("{ a = with b.c [ d ]; e = 1; }", "1 c: `with` has no `;`; write `c;`"),
        ("{ a; b; ... }: { }", "1 ;: `;` separates no arguments; write `,` in its place"),
        ("{ a = b && ; }", "1 &&: there is no value after `&&`; write the value"),
        (
            "{ a.1b.c = 1; }",
            "1 1b: the name `1b` begins with a digit, as a number does; put it into quotes: `a.\"1b\"`",
        ),
        (
            "{ a = { 10-web.b = 1; }; }",
            "1 10-web: the name `10-web` begins with a digit, as a number does; put it into quotes: \
             `\"10-web\"`",
        ),
        (
            "{ hosts.127.0.0.1 = [ ]; }",
            "1 127.0.0.1: the name `127.0.0.1` begins with a digit, as a number does; put it into quotes: \
             `hosts.\"127.0.0.1\"`",
        ),
        (
            "{ a = 1; 2; }",
            "1 2: Nix expects something else than `2` here; look at what stands before it: a `;`, a bracket \
             or an operator may be missing",
        ),
        ("{ a = 1 - ; }", "1 -: there is no value after `-`; write the value"),
        ("{ a = 1 / ; }", "1 /: there is no value after `/`; write the value"),
        (
            "{ a = ${b}; }",
            "1 ${: `${` puts a value into a text, and this is none; write the value without `${` and `}`, or \
             a text: `\"${…}\"`",
        ),
        (
            "{\n a = \"x ${b\";\n c = \"d\";\n}",
            "2 ${: what begins here with `${` is never closed; write `}` where it ends",
        ),
        (
            "{\n a = ''\n  ${b\n '';\n}",
            "3 ${: what begins here with `${` is never closed; write `}` where it ends",
        ),
        ("{ a = [ . ]; }", "1 .: `.` alone is no path; write `./.`"),
        ("{ a = [ ./b/ ]; }", "1 ./b/: a path ends without `/`; write `./b`"),
        ("{ b, … }: b", "1 …: `…` means nothing in Nix; write `...`"),
        (
            "{\n import ./b.nix;\n}",
            "2 import: `import` takes in no module here; write `imports = [ ./b.nix ];`",
        ),
        (
            "a.b = 1;",
            "1 =: the file goes on where its value ends; a file is one value: put all that it sets into one \
             set, `{ … }`",
        ),
    ];
    for (source, expected) in table {
        assert_eq!(told(source), expected, "{source}");
    }
}
