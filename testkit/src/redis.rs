//! A Redis server of its own, for one test or example.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use crate::missing::missing;

/// `redis-server` on a free port of loopback, without persistence, in a directory of its own.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    directory: PathBuf,
    options: Vec<String>,
    /// None while it is killed.
    shell: Option<Child>,
}

/// The server ends with this process: when this end of the shell's standard input is closed, which happens even
/// when the process is killed. It gets no time to say goodbye.
const SHELL: &str = r#"redis-server "$@" & server=$!; cat; kill -KILL $server"#;

impl RedisServer {
    /// With options of its configuration, `--NAME`, `VALUE`; `FREE_PORT` stands for a free port. None where
    /// `redis-server` is not installed.
    pub fn start(options: &[&str]) -> Option<Self> {
        let version = Command::new("redis-server").arg("--version").stdin(Stdio::null()).output();
        if let Err(error) = version {
            missing("redis-server", &error.to_string());
            return None;
        }
        let free = || {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
            listener.local_addr().expect("an address").port()
        };
        // Another process may take a port before the server does.
        for _ in 0..5 {
            let port = free();
            let directory =
                env::temp_dir().join(format!("aws-retry-redis-{}-{port}", process::id()));
            fs::create_dir_all(&directory).expect("a directory");
            let options = options.iter().map(|it| (*it).replace("FREE_PORT", &free().to_string()));
            let mut server = Self { port, directory, options: options.collect(), shell: None };
            if server.restart() {
                return Some(server);
            }
        }
        panic!("redis-server did not start on any of five ports");
    }

    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// The value of an option that it was started with.
    pub fn option(&self, name: &str) -> &str {
        let mut options = self.options.iter().skip_while(|option| *option != name);
        options.nth(1).expect("the option has a value")
    }

    /// Ends it as a crash does.
    pub fn kill(&mut self) {
        if let Some(mut shell) = self.shell.take() {
            drop(shell.stdin.take());
            shell.wait().expect("the shell ends");
        }
    }

    /// Starts it on the same port, after a [`kill`](Self::kill). False if it does not answer within seconds.
    pub fn restart(&mut self) -> bool {
        self.kill();
        let mut shell = Command::new("sh");
        shell.args(["-c", SHELL, "sh", "--bind", "127.0.0.1", "--port"]);
        shell.arg(self.port.to_string());
        shell.args([OsStr::new("--dir"), self.directory.as_os_str()]);
        shell.args(["--save", "", "--appendonly", "no", "--loglevel", "warning"]);
        shell.args(&self.options).stdin(Stdio::piped()).stdout(Stdio::null());
        self.shell = Some(shell.spawn().expect("a shell"));
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            if self.ask("PING").is_ok_and(|answer| answer == "+PONG") {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.kill();
        false
    }

    /// Sends a command, as an administrator types it, and brings the first line of the answer.
    pub fn ask(&self, command: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(self.address())?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.directory);
    }
}
