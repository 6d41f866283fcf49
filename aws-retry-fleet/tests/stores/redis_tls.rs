use std::process::Command;
use std::{env, fs};

use aws_retry_fleet::RedisStore;
use aws_retry_testkit::redis::RedisServer;

use crate::contract;

/// Names the server to the process that is the client.
const URL: &str = "AWS_RETRY_TEST_REDISS";

/// A process has one list of trusted certificates: this test starts itself again with a list of its own.
#[tokio::test]
async fn a_server_is_reached_over_tls() {
    if let Ok(url) = env::var(URL) {
        return contract::holds(&RedisStore::open(&url).expect("a URL")).await;
    }
    let directory = env::temp_dir().join(format!("aws-retry-tls-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("a directory");
    let [certificate, key] =
        ["certificate.pem", "key.pem"].map(|name| directory.join(name).display().to_string());
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-out", &certificate, "-keyout", &key])
        .output();
    if let Err(error) = &made {
        return aws_retry_testkit::missing("openssl", &error.to_string());
    }
    assert!(made.expect("it ran").status.success());
    let options = [
        ["--tls-port", "FREE_PORT"],
        ["--tls-cert-file", &certificate],
        ["--tls-key-file", &key],
        ["--tls-ca-cert-file", &certificate],
        ["--tls-auth-clients", "no"],
    ];
    let Some(server) = RedisServer::start(options.as_flattened()) else { return };
    let url = format!("rediss://localhost:{}", server.option("--tls-port"));
    let test = ["--exact", "redis_tls::a_server_is_reached_over_tls", "--nocapture"];
    let client = |url: &str, trusted: &str| {
        let mut client = Command::new(env::current_exe().expect("this program"));
        client.args(test).env(URL, url).env("SSL_CERT_FILE", trusted);
        client.output().expect("it starts again")
    };
    let output = client(&url, &certificate);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!client(&url, "/dev/null").status.success(), "a stranger's certificate is refused");
    fs::remove_dir_all(&directory).expect("it is removed");
}
