use std::path::Path;

use super::{GoldenFile, WrittenBody};
use crate::answer::Answer;
use crate::directive::Directive;

fn parse(text: &str) -> Result<GoldenFile, String> {
    GoldenFile::parse(Path::new("case.http"), text)
}

const TWO: &str = "# source: section 1
# config: a = 1

# A comment.
# config: b = 2
POST /a?b=c d
Name:  value 
empty:

one

two
=== 200
b: 2
a: 1

done
---
# dedicated
GET /
";

#[test]
fn a_file_is_taken_apart() {
    let file = parse(TWO).unwrap();
    assert_eq!(file.config, "a = 1\nb = 2\n");
    let [first, second] = file.exchanges.as_slice() else {
        panic!("{file:?}");
    };
    assert_eq!((first.line, second.line), (1, 19));
    assert_eq!(first.request.method, "POST");
    assert_eq!(first.request.target, "/a?b=c d");
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        first.request.headers,
        [header("name", "value"), header("empty", "")]
    );
    assert_eq!(
        first.request.body,
        WrittenBody::Text("one\n\ntwo".to_owned())
    );
    assert_eq!(
        first.expected,
        Some(Answer {
            status: 200,
            headers: vec![header("a", "1"), header("b", "2")],
            body: b"done".to_vec(),
        })
    );
    assert_eq!(second.directives, [Directive::Dedicated]);
    assert_eq!(second.expected, None);
}

#[test]
fn answers_are_put_in_and_the_rest_is_kept() {
    let file = parse(TWO).unwrap();
    let answer = |status| Answer {
        status,
        headers: Vec::new(),
        body: Vec::new(),
    };
    let text = file.with_answers(&[answer(201), answer(404)]);
    let (asked, _) = TWO.split_once("=== 200").unwrap();
    assert_eq!(
        text,
        format!("{asked}=== 201\n---\n# dedicated\nGET /\n=== 404\n")
    );
}

#[test]
fn bodies_may_stand_for_other_bytes() {
    for (written, bytes) in [
        ("@hex 00ff", &b"\x00\xff"[..]),
        ("@hex", b""),
        ("@repeat 3 ab ", b"ab ab ab "),
    ] {
        let text = format!("# source: section 1\nPUT /\n\n{written}\n");
        let file = parse(&text).unwrap();
        assert_eq!(
            file.exchanges[0].request.body,
            WrittenBody::Bytes(bytes.to_vec()),
            "{written}"
        );
    }
    let file = parse("# source: section 1\nPUT /\n\n@hex\nis text here\n").unwrap();
    assert_eq!(
        file.exchanges[0].request.body,
        WrittenBody::Text("@hex\nis text here".to_owned())
    );
}

#[test]
fn a_body_keeps_the_empty_lines_around_it() {
    let file = parse("# source: section 1\nPUT /\n\n\nbody\n\n=== 200\n").unwrap();
    assert_eq!(
        file.exchanges[0].request.body,
        WrittenBody::Text("\nbody\n".to_owned())
    );
}

#[test]
fn damaged_files_are_refused_with_the_line() {
    for (text, told) in [
        ("", "no request"),
        ("# source: section 1\n", "no request"),
        ("GET /\n", "no `# source:`"),
        (
            "# source: 1\nGET /\n---\n---\n",
            "exchange at line 4: there is no request",
        ),
        (
            "# source: 1\nGET /\n---\n# config: a = 1\nGET /\n",
            "exchange at line 4: `# config:`",
        ),
        (
            "# source: 1\n# edge: Internal\n# edge: Internal\nGET /\n",
            "two directives say something of `edge`",
        ),
        (
            "# source: 1\nGET /\n# a late comment\n",
            "is not `name: value`",
        ),
        ("# source: 1\nGET /\n====\n", "is not `=== STATUS`"),
        ("# source: 1\nGET /\n\n@hex 0\n", "@hex"),
        ("# source: 1\nGET /\n\n@repeat many x\n", "@repeat"),
        ("# source: 1\nGET /\n\n@repeat 99999999999 x\n", "more than"),
        ("# source: 1\nGET /\n\n@repeat 3\n", "@repeat"),
    ] {
        let problem = parse(text).expect_err(text);
        assert!(problem.contains(told), "{problem}\nlacks\n{told}");
    }
}
