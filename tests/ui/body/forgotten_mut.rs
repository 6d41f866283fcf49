//! A `mut` that is missing, or not needed, is the compiler's to tell.
#![deny(unused_mut)]

use std::cell::Cell;

use aws_retry::aws_retry;

struct Connection(u32);

impl Connection {
    fn execute(&mut self) {
        self.0 += 1;
    }
}

fn execute(connection: &mut Connection) {
    connection.execute();
}

struct OneThread(Cell<u32>);

fn change(it: &mut OneThread) {
    it.0.set(1);
}

#[aws_retry]
async fn receiver(connection: Connection) -> std::io::Result<()> {
    connection.execute();
    Ok(())
}

#[aws_retry]
async fn borrowed(connection: Connection) -> std::io::Result<()> {
    execute(&mut connection);
    Ok(())
}

#[aws_retry]
async fn not_sync(it: OneThread) -> std::io::Result<()> {
    change(&mut it);
    Ok(())
}

#[aws_retry]
async fn list(list: Vec<u32>) -> std::io::Result<()> {
    list.push(1);
    Ok(())
}

fn main() {}
