// SPDX-License-Identifier: MIT
use crate::Scenario;
use std::future::Future;
use std::io::ErrorKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

pub const SCENARIOS: &[Scenario] = &[("echo", echo), ("echo_idle", echo_idle)];

async fn echo_client(mut client: TcpStream) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut memory = vec![0; 64 * 1024];
    loop {
        let size = client.read(&mut memory).await?;
        if size == 0 {
            return Ok(());
        }
        client.write_all(&memory[..size]).await?;
    }
}

/// Without memory of its own while nothing arrives, as the documentation of try_read shows.
async fn echo_late_memory(mut client: TcpStream) -> std::io::Result<()> {
    loop {
        client.readable().await?;
        let mut memory = Vec::with_capacity(4 * 1024);
        match client.try_read_buf(&mut memory) {
            Ok(0) => return Ok(()),
            Ok(_) => client.write_all(&memory).await?,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

async fn serve<F>(handle: impl Fn(TcpStream) -> F) -> std::io::Result<()>
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("port\t{}", listener.local_addr()?.port());
    loop {
        let (client, _) = listener.accept().await?;
        tokio::spawn(handle(client));
    }
}

fn run<F>(handle: impl Fn(TcpStream) -> F) -> f64
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let runtime = Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(serve(handle)).unwrap();
    0.0
}

fn echo() -> f64 {
    run(echo_client)
}

fn echo_idle() -> f64 {
    run(echo_late_memory)
}
