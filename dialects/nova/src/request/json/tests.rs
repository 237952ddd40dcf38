use super::reader::MAX_DEPTH;
use super::*;

fn texts(value: &Value) -> Vec<(&str, &str)> {
    let Value::Object(members) = value else {
        panic!("not an object: {value:?}");
    };
    members
        .iter()
        .map(|(name, value)| (name.lossy(), value.as_text().unwrap().lossy()))
        .collect()
}

#[test]
fn the_last_of_several_members_wins_and_the_first_gives_the_place() {
    let value = parse(br#"{"a": "1", "b": "2", "a": "3"}"#).unwrap();
    assert_eq!(texts(&value), [("a", "3"), ("b", "2")]);
}

#[test]
fn many_members_are_no_different() {
    let names: Vec<String> = (0..20).map(|n| format!("n{n}")).collect();
    let member = |name: &String, value: &str| format!(r#""{name}": "{value}""#);
    let all = names.iter().map(|name| member(name, "old"));
    let again = [member(&names[3], "new")];
    let body: Vec<String> = all.chain(again).collect();
    let value = parse(format!("{{{}}}", body.join(", ")).as_bytes()).unwrap();
    let expected: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (&**name, if name == "n3" { "new" } else { "old" }))
        .collect();
    assert_eq!(texts(&value), expected);
}

#[test]
fn white_space_around_is_fine_and_nothing_else_is() {
    assert_eq!(parse(b" \t\r\n null \n"), Ok(Value::Null));
    for bad in [
        "",
        " ",
        "\u{feff}{}",
        "{} {}",
        "{'a': 1}",
        "[1,]",
        "{\"a\":1,}",
        "\u{a0}null",
        "[",
        "{",
        "\"",
        "{\"a\"}",
        "{\"a\" 1}",
        "{1:1}",
        "nul",
        "True",
    ] {
        assert_eq!(parse(bad.as_bytes()), Err(NotJson), "{bad:?}");
    }
    assert_eq!(parse(b"\"\xff\""), Err(NotJson));
}

#[test]
fn numbers_are_pythons() {
    let integers = [
        ("0", "0"),
        ("-0", "0"),
        ("-12", "-12"),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
    ];
    for (written, read) in integers {
        assert_eq!(
            parse(written.as_bytes()),
            Ok(Value::Integer(read.to_owned()))
        );
    }
    let floats = [
        ("1.5", 1.5),
        ("1E3", 1000.0),
        ("-0.0", 0.0),
        ("1e400", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
    ];
    for (written, read) in floats {
        assert_eq!(parse(written.as_bytes()), Ok(Value::Float(read)));
    }
    assert!(matches!(parse(b"NaN"), Ok(Value::Float(nan)) if nan.is_nan()));
    for bad in [
        "01", "-", "1.", ".5", "1e", "1e+", "+1", "-NaN", "0x1", "--1", "1.e1",
    ] {
        assert_eq!(parse(bad.as_bytes()), Err(NotJson), "{bad:?}");
    }
    assert!(parse("9".repeat(4300).as_bytes()).is_ok());
    assert_eq!(parse("9".repeat(4301).as_bytes()), Err(NotJson));
}

#[test]
fn strings_may_hold_escapes_and_half_a_pair() {
    let read = |json: &str| match parse(json.as_bytes()) {
        Ok(Value::String(text)) => text,
        other => panic!("{json}: {other:?}"),
    };
    assert_eq!(
        read(r#""\"\\\/\b\f\n\r\t\u00e9é""#).as_str(),
        Some("\"\\/\u{8}\u{c}\n\r\téé")
    );
    assert_eq!(read(r#""\ud83d\ude00""#).as_str(), Some("😀"));
    let broken = read(r#""a\ud83d\u0041\udc00b""#);
    assert_eq!(broken.as_str(), None);
    assert_eq!(broken.lossy(), "a\u{fffd}A\u{fffd}b");
    let points: Vec<u32> = broken.code_points().collect();
    assert_eq!(points, [0x61, 0xd83d, 0x41, 0xdc00, 0x62]);
    for bad in [
        r#""\x41""#,
        r#""\u12""#,
        r#""\u12g4""#,
        "\"\t\"",
        "\"\n\"",
        r#""\"#,
        r#""\u00é0""#,
    ] {
        assert_eq!(parse(bad.as_bytes()), Err(NotJson), "{bad}");
    }
    assert_eq!(read("\"\u{7f}\"").as_str(), Some("\u{7f}"));
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(parse(nested(MAX_DEPTH + 2).as_bytes()), Err(NotJson));
    assert_eq!(parse("[".repeat(100_000).as_bytes()), Err(NotJson));
}
