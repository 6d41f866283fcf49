//! Precedence and errors, in the test's own environment and file system.

use super::*;
use std::error::Error;

const CONFIG: (&str, &str) = ("AWS_CONFIG_FILE", "config");

/// Loads with these variables and this config file.
async fn load(variables: &[(&str, &str)], config: &str) -> Result<RetryPolicy, ConfigError> {
    let env = Env::from_slice(&[variables, &[CONFIG]].concat());
    load_from(&env, &Fs::from_slice(&[("config", config)])).await
}

async fn refusal(variables: &[(&str, &str)], config: &str) -> String {
    load(variables, config).await.expect_err("it is wrong").to_string()
}

#[tokio::test]
async fn what_nobody_asks_for_is_not_written() {
    for config in ["", "[default]\nregion = eu-central-1\n", "[profile other]\nmax_attempts = 9\n"]
    {
        assert_eq!(load(&[], config).await.unwrap(), RetryPolicy::new());
    }
    let nowhere = load_from(&Env::from_slice(&[]), &Fs::from_slice(&[])).await;
    assert_eq!(nowhere.unwrap(), RetryPolicy::new());
}

#[tokio::test]
async fn each_mode_and_each_number() {
    let new = RetryPolicy::new();
    for (mode, attempts, policy) in [
        ("legacy", "1", new.clone().mode(Mode::Legacy).max_attempts(1)),
        (" Standard ", "5", new.clone().mode(Mode::Standard).max_attempts(5)),
        ("ADAPTIVE", " 4294967295 ", new.mode(Mode::Adaptive).max_attempts(u32::MAX)),
    ] {
        let variables = [("AWS_RETRY_MODE", mode), ("AWS_MAX_ATTEMPTS", attempts)];
        assert_eq!(load(&variables, "").await.unwrap(), policy);
        let config = format!("[default]\nretry_mode = {mode}\nmax_attempts = {attempts}\n");
        assert_eq!(load(&[], &config).await.unwrap(), policy);
    }
}

#[tokio::test]
async fn the_environment_wins_setting_by_setting() {
    let config = "[default]\nretry_mode = adaptive\nmax_attempts = 9\n";
    let mode = [("AWS_RETRY_MODE", "legacy")];
    assert_eq!(load(&mode, config).await.unwrap(), RetryPolicy::legacy().max_attempts(9));
    let attempts = [("AWS_MAX_ATTEMPTS", "2")];
    assert_eq!(load(&attempts, config).await.unwrap(), RetryPolicy::adaptive().max_attempts(2));
}

#[tokio::test]
async fn the_profile_is_the_one_that_is_named() {
    let config = "[default]\nmax_attempts = 9\n[profile ops]\nmax_attempts = 7\n";
    let ops = [("AWS_PROFILE", "ops")];
    assert_eq!(load(&ops, config).await.unwrap(), RetryPolicy::new().max_attempts(7));
    // The credentials file has profiles, too.
    let env = [("AWS_PROFILE", "ops"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")];
    let files = Fs::from_slice(&[("credentials", "[ops]\nretry_mode = legacy\n")]);
    let loaded = load_from(&Env::from_slice(&env), &files).await;
    assert_eq!(loaded.unwrap(), RetryPolicy::legacy());
}

#[tokio::test]
async fn files_are_found_where_every_sdk_looks_for_them() {
    let home = ("HOME", "/home/me");
    let config = "[default]\nretry_mode = legacy\n[profile ops]\nretry_mode = adaptive\n";
    let files =
        &[("/home/me/.aws/config", config), ("/home/me/mine", "[default]\nmax_attempts = 7\n")];
    let nothing = RetryPolicy::new();
    for (variables, policy) in [
        ([home].as_slice(), RetryPolicy::legacy()),
        (&[home, ("AWS_PROFILE", "ops")], RetryPolicy::adaptive()),
        (&[home, ("AWS_CONFIG_FILE", "~/mine")], nothing.clone().max_attempts(7)),
        (&[home, ("AWS_CONFIG_FILE", "/home/me/mine")], nothing.clone().max_attempts(7)),
        // A named file that is missing counts as empty. So does the default file if there is no home
        // directory.
        (&[home, ("AWS_CONFIG_FILE", "~/gone")], nothing.clone()),
        (&[("HOME", "/home/you")], nothing.clone()),
    ] {
        let loaded = load_from(&Env::from_slice(variables), &Fs::from_slice(files)).await;
        assert_eq!(loaded.unwrap(), policy, "{variables:?}");
    }
}

/// As in the SDK for Rust: `[profile default]` wins over `[default]`.
#[tokio::test]
async fn the_default_profile_has_two_names() {
    let prefixed = "[profile default]\nretry_mode = legacy\n";
    assert_eq!(load(&[], prefixed).await.unwrap(), RetryPolicy::legacy());
    let bare = "[default]\nretry_mode = adaptive\n";
    for config in [format!("{bare}{prefixed}"), format!("{prefixed}{bare}")] {
        assert_eq!(load(&[], &config).await.unwrap(), RetryPolicy::legacy());
    }
}

#[tokio::test]
async fn what_is_not_allowed_is_named() {
    for (variables, config, message) in [
        (
            [("AWS_MAX_ATTEMPTS", "")].as_slice(),
            "[default]\nmax_attempts = 3\n",
            "the environment variable `AWS_MAX_ATTEMPTS` is \"\"; allowed: whole numbers from 1",
        ),
        (
            &[("AWS_MAX_ATTEMPTS", "5.0")],
            "",
            "the environment variable `AWS_MAX_ATTEMPTS` is \"5.0\"; allowed: whole numbers from 1",
        ),
        (
            &[("AWS_PROFILE", "")],
            "[default]\nmax_attempts = 3\n",
            "the environment variable `AWS_PROFILE` is \"\"; the AWS config and credentials files have no such profile",
        ),
        (
            &[],
            "[default]\nretry_mode =\n",
            "`retry_mode` of the AWS profile `default` is \"\"; allowed: legacy, standard, adaptive",
        ),
        (
            &[],
            "[default]\nmax_attempts = 0\n",
            "`max_attempts` of the AWS profile `default` is \"0\"; allowed: whole numbers from 1",
        ),
        (
            &[("AWS_RETRY_MODE", "fast")],
            "",
            "the environment variable `AWS_RETRY_MODE` is \"fast\"; allowed: legacy, standard, adaptive",
        ),
        (
            &[("AWS_RETRY_MODE", "")],
            "",
            "the environment variable `AWS_RETRY_MODE` is \"\"; allowed: legacy, standard, adaptive",
        ),
        (
            &[("AWS_MAX_ATTEMPTS", "0")],
            "",
            "the environment variable `AWS_MAX_ATTEMPTS` is \"0\"; allowed: whole numbers from 1",
        ),
        (
            &[("AWS_MAX_ATTEMPTS", "4294967296")],
            "",
            "the environment variable `AWS_MAX_ATTEMPTS` is \"4294967296\"; allowed: whole numbers from 1",
        ),
        (
            &[("AWS_PROFILE", "ops")],
            "[profile ops]\nmax_attempts = many\n",
            "`max_attempts` of the AWS profile `ops` is \"many\"; allowed: whole numbers from 1",
        ),
        (
            &[],
            "[default]\nretry_mode = -1\n",
            "`retry_mode` of the AWS profile `default` is \"-1\"; allowed: legacy, standard, adaptive",
        ),
        (
            &[("AWS_PROFILE", "ops")],
            "[default]\n",
            "the environment variable `AWS_PROFILE` is \"ops\"; the AWS config and credentials files have no such profile",
        ),
    ] {
        assert_eq!(refusal(variables, config).await, message);
    }
}

#[tokio::test]
async fn a_value_that_is_never_used_is_not_judged() {
    let variables = [("AWS_RETRY_MODE", "standard")];
    let loaded = load(&variables, "[default]\nretry_mode = nonsense\n").await;
    assert_eq!(loaded.unwrap(), RetryPolicy::standard());
}

#[tokio::test]
async fn a_file_that_is_no_profile_file_is_named() {
    let error = load(&[], "[default\nmax_attempts = 3\n").await.expect_err("it can't be parsed");
    assert_eq!(error.to_string(), "the AWS config or credentials file can't be read");
    let parser = error.source().and_then(Error::source).expect("the parser says what is wrong");
    assert!(parser.to_string().contains("line 1"), "{parser}");
}

#[tokio::test]
async fn a_wrong_text_is_cut_and_steers_no_terminal() {
    let hostile = format!("\u{1b}[31m\u{202e}\nforged \"{}", "x".repeat(1_000_000));
    for variables in [
        &[("AWS_RETRY_MODE", hostile.as_str())][..],
        &[("AWS_MAX_ATTEMPTS", &hostile)],
        &[("AWS_PROFILE", &hostile)],
    ] {
        let error = load(variables, "").await.expect_err("it is wrong");
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(text.contains(r#"\u{1b}[31m\u{202e}\nforged \"x"#), "{text}");
            assert!(text.len() < 600 && !text.contains(['\n', '\u{1b}', '\u{202e}']), "{text}");
        }
    }
}
