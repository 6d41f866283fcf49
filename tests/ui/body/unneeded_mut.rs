//! A `mut` that is not needed is the compiler's to tell.
#![deny(unused_mut)]

use aws_retry::aws_retry;

#[aws_retry]
async fn looked_at(mut text: String, mut list: Vec<(u32, Option<String>)>) -> std::io::Result<usize> {
    tokio::task::yield_now().await;
    Ok(text.len() + list.len())
}

#[aws_retry]
async fn used_up(mut text: String) -> std::io::Result<String> {
    tokio::task::yield_now().await;
    Ok(text)
}

#[aws_retry]
async fn needed(mut text: String, mut list: Vec<u32>) -> std::io::Result<usize> {
    text.push('a');
    list.clear();
    Ok(text.len() + list.len())
}

fn main() {}
