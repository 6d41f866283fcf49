//! Every word of every choice, written by a test of `aws-retry-macro` from its table.

use std::io;

use aws_retry::aws_retry;

#[aws_retry(mode = "decorator", scope = fn)]
async fn mode_decorator() -> io::Result<()> {
    Ok(())
}

#[aws_retry(mode = "legacy", scope = fn)]
async fn mode_legacy() -> io::Result<()> {
    Ok(())
}

#[aws_retry(mode = "standard", scope = fn)]
async fn mode_standard() -> io::Result<()> {
    Ok(())
}

#[aws_retry(mode = "standard-2.0", scope = fn)]
async fn mode_standard20() -> io::Result<()> {
    Ok(())
}

#[aws_retry(mode = "adaptive", scope = fn)]
async fn mode_adaptive() -> io::Result<()> {
    Ok(())
}

#[aws_retry(mode = "paced", scope = fn)]
async fn mode_paced() -> io::Result<()> {
    Ok(())
}

#[aws_retry(jitter = true)]
async fn jitter_scaled() -> io::Result<()> {
    Ok(())
}

#[aws_retry(jitter = false)]
async fn jitter_none() -> io::Result<()> {
    Ok(())
}

#[aws_retry(jitter = "full")]
async fn jitter_full() -> io::Result<()> {
    Ok(())
}

#[aws_retry(jitter = "equal")]
async fn jitter_equal() -> io::Result<()> {
    Ok(())
}

#[aws_retry(jitter = "decorrelated")]
async fn jitter_decorrelated() -> io::Result<()> {
    Ok(())
}

#[aws_retry(codes = "default")]
async fn codes_default() -> io::Result<()> {
    Ok(())
}

#[aws_retry(codes = "python")]
async fn codes_python() -> io::Result<()> {
    Ok(())
}

#[aws_retry(codes = "eventual")]
async fn codes_eventual() -> io::Result<()> {
    Ok(())
}

#[aws_retry(nested = "pass")]
async fn nested_pass() -> io::Result<()> {
    Ok(())
}

#[aws_retry(nested = "retry")]
async fn nested_retry() -> io::Result<()> {
    Ok(())
}

#[aws_retry(log = "off")]
async fn log_off() -> io::Result<()> {
    Ok(())
}

#[aws_retry(log = "trace")]
async fn log_trace() -> io::Result<()> {
    Ok(())
}

#[aws_retry(log = "debug")]
async fn log_debug() -> io::Result<()> {
    Ok(())
}

#[aws_retry(log = "info")]
async fn log_info() -> io::Result<()> {
    Ok(())
}

#[aws_retry(log = "warn")]
async fn log_warn() -> io::Result<()> {
    Ok(())
}

#[aws_retry(log = "error")]
async fn log_error() -> io::Result<()> {
    Ok(())
}
