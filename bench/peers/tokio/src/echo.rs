// SPDX-License-Identifier: MIT
use crate::Scenario;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;

pub const SCENARIOS: &[Scenario] = &[("echo", echo)];

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

async fn serve() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("port\t{}", listener.local_addr()?.port());
    loop {
        let (client, _) = listener.accept().await?;
        tokio::spawn(echo_client(client));
    }
}

fn echo() -> f64 {
    let runtime = Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(serve()).unwrap();
    0.0
}
