//! jsonrpsee as a peer of the benchmark, with its default settings but for the limits named here.
//!
//!     dchat-bench-jsonrpsee serve             prints the port that it listens on, on 127.0.0.1; ends with its input
//!     dchat-bench-jsonrpsee load PORT LOAD    reads durations in milliseconds, one a line; runs the load for so long,
//!                                             and prints what it measured as one line of JSON
//!
//! LOAD is `seq`, `pipeN` (N callers on one connection), `connsN` (N connections with a caller each), `batchN` (batches of
//! N calls) or `big` (1 MiB there and back). They are what `../load.mjs` does.
use std::error::Error;
use std::io::{Write, stdin, stdout};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonrpsee::core::async_trait;
use jsonrpsee::core::client::ClientT;
use jsonrpsee::core::params::BatchRequestBuilder;
use jsonrpsee::proc_macros::rpc;
use jsonrpsee::rpc_params;
use jsonrpsee::server::{Server, ServerConfig};
use jsonrpsee::types::ErrorObjectOwned;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const BIG_BYTES: usize = 1024 * 1024;
/// The server takes 100 unless told otherwise, which one load and its neighbours may exceed.
const MAX_CONNECTIONS: u32 = 1024;
/// The client refuses more than 256 unless told otherwise.
const MAX_CALLS: usize = 4096;

#[rpc(server)]
trait Api {
    #[method(name = "add")]
    async fn add(&self, a: i64, b: i64) -> Result<i64, ErrorObjectOwned>;
    #[method(name = "echo")]
    async fn echo(&self, value: String) -> Result<String, ErrorObjectOwned>;
}

struct Methods;

#[async_trait]
impl ApiServer for Methods {
    async fn add(&self, a: i64, b: i64) -> Result<i64, ErrorObjectOwned> {
        Ok(a + b)
    }

    async fn echo(&self, value: String) -> Result<String, ErrorObjectOwned> {
        Ok(value)
    }
}

async fn serve() -> Outcome<()> {
    let config = ServerConfig::builder().max_connections(MAX_CONNECTIONS).build();
    let server = Server::builder().set_config(config).build(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    say(&server.local_addr()?.port().to_string())?;
    let handle = server.start(Methods.into_rpc());
    while !next_line().await?.is_empty() {}
    Ok(handle.stop()?)
}

/// The next line of the input; empty at its end.
async fn next_line() -> Outcome<String> {
    let read = || {
        let mut line = String::new();
        stdin().read_line(&mut line).map(|_| line)
    };
    Ok(tokio::task::spawn_blocking(read).await??)
}

fn say(line: &str) -> std::io::Result<()> {
    let mut out = stdout();
    writeln!(out, "{line}")?;
    out.flush()
}

#[derive(Clone, Copy)]
enum Load {
    Latency,
    Callers { connections: usize, each: usize },
    Batches { size: i64 },
    Big,
}

impl Load {
    fn named(name: &str) -> Outcome<Load> {
        let number = |prefix: &str| name.strip_prefix(prefix).map(str::parse::<usize>).transpose();
        if let Some(each) = number("pipe")? {
            return Ok(Load::Callers { connections: 1, each });
        }
        if let Some(connections) = number("conns")? {
            return Ok(Load::Callers { connections, each: 1 });
        }
        if let Some(size) = number("batch")? {
            return Ok(Load::Batches { size: size as i64 });
        }
        match name {
            "seq" => Ok(Load::Latency),
            "big" => Ok(Load::Big),
            _ => Err(format!("there is no load called {name}").into()),
        }
    }

    fn connections(self) -> usize {
        match self {
            Load::Callers { connections, .. } => connections,
            _ => 1,
        }
    }
}

async fn add(client: &WsClient) -> Outcome<()> {
    let sum: i64 = client.request("add", rpc_params![1, 2]).await?;
    if sum == 3 { Ok(()) } else { Err(format!("1 + 2 is not {sum}").into()) }
}

async fn run(load: Load, clients: &[Arc<WsClient>], time: Duration) -> Outcome<String> {
    let start = Instant::now();
    let count = match load {
        Load::Latency => return latencies(&clients[0], time).await,
        Load::Callers { each, .. } => callers(clients, each, start + time).await?,
        Load::Batches { size } => batches(&clients[0], size, start + time).await?,
        Load::Big => big(&clients[0], start + time).await?,
    };
    let seconds = start.elapsed().as_secs_f64();
    Ok(format!("{{\"perSecond\":{},\"seconds\":{seconds}}}", count as f64 / seconds))
}

async fn latencies(client: &WsClient, time: Duration) -> Outcome<String> {
    let mut times = Vec::new();
    let start = Instant::now();
    while start.elapsed() < time {
        let begin = Instant::now();
        add(client).await?;
        times.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[(times.len() as f64 * share) as usize];
    Ok(format!("{{\"p50\":{},\"p99\":{}}}", at(0.5), at(0.99)))
}

async fn callers(clients: &[Arc<WsClient>], each: usize, end: Instant) -> Outcome<u64> {
    let mut tasks = Vec::new();
    for client in clients {
        for _ in 0..each {
            let client = client.clone();
            tasks.push(tokio::spawn(async move {
                let mut count = 0;
                loop {
                    add(&client).await?;
                    count += 1;
                    if Instant::now() >= end {
                        return Outcome::Ok(count);
                    }
                }
            }));
        }
    }
    let mut total = 0;
    for task in tasks {
        total += task.await??;
    }
    Ok(total)
}

async fn batches(client: &WsClient, size: i64, end: Instant) -> Outcome<u64> {
    let mut count = 0;
    loop {
        let mut batch = BatchRequestBuilder::new();
        for index in 0..size {
            batch.insert("add", rpc_params![index, 1])?;
        }
        let answers = client.batch_request::<i64>(batch).await?;
        let last = answers.iter().last().ok_or("an empty answer")?;
        match last {
            Ok(sum) if *sum == size => {}
            other => return Err(format!("wrong answer: {other:?}").into()),
        }
        count += size as u64;
        if Instant::now() >= end {
            return Ok(count);
        }
    }
}

async fn big(client: &WsClient, end: Instant) -> Outcome<u64> {
    let text = "x".repeat(BIG_BYTES);
    let mut count = 0;
    loop {
        let echo: String = client.request("echo", rpc_params![&text]).await?;
        if echo.len() != BIG_BYTES {
            return Err("a part of the echo is missing".into());
        }
        count += 1;
        if Instant::now() >= end {
            return Ok(count);
        }
    }
}

async fn load(port: &str, name: &str) -> Outcome<()> {
    let load = Load::named(name)?;
    let mut clients = Vec::new();
    for _ in 0..load.connections() {
        let builder = WsClientBuilder::default().max_concurrent_requests(MAX_CALLS);
        clients.push(Arc::new(builder.build(format!("ws://127.0.0.1:{port}")).await?));
    }
    say("ready")?;
    loop {
        let line = next_line().await?;
        if line.is_empty() {
            return Ok(());
        }
        let time = Duration::from_millis(line.trim().parse()?);
        say(&run(load, &clients, time).await?)?;
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => serve().await,
        ["load", port, name] => load(port, name).await,
        _ => Err("usage: serve | load PORT LOAD".into()),
    }
}
