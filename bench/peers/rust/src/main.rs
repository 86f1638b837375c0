// SPDX-License-Identifier: Apache-2.0

//! A forwarder between two TUNs as bench_forward is one, on tun-rs, in the shapes of its own benchmark.
//!
//!     peers sync|sync-raw|sync-offload|sync-offload-2|async|async-offload NAME NAME

use std::io;
use std::sync::Arc;
use std::thread;

use tun_rs::{AsyncDevice, DeviceBuilder, GROTable, SyncDevice, IDEAL_BATCH_SIZE, VIRTIO_NET_HDR_LEN};

const MTU: usize = 1500;
const MAX_PACKET: usize = 65535;

fn builder(name: &str, offload: bool) -> DeviceBuilder {
    DeviceBuilder::new()
        .name(name)
        .mtu(MTU as u16)
        .with(|b| {
            b.offload(offload);
        })
}

/// The caller moves and configures the interfaces while this waits.
fn wait_for_caller() {
    println!("ready");
    let mut line = String::new();
    if io::stdin().read_line(&mut line).unwrap_or(0) == 0 {
        std::process::exit(0);
    }
}

/// Room for the segments of a super-packet; what is merged grows in its first one.
struct Batch {
    original: Vec<u8>,
    packets: Vec<Vec<u8>>,
    sizes: Vec<usize>,
    table: GROTable,
}

impl Batch {
    fn new() -> Self {
        Batch {
            original: vec![0; VIRTIO_NET_HDR_LEN + MAX_PACKET],
            packets: (0..IDEAL_BATCH_SIZE)
                .map(|_| Vec::with_capacity(VIRTIO_NET_HDR_LEN + MAX_PACKET))
                .collect(),
            sizes: vec![0; IDEAL_BATCH_SIZE],
            table: GROTable::default(),
        }
    }

    fn prepare(&mut self) {
        for packet in &mut self.packets {
            packet.resize(VIRTIO_NET_HDR_LEN + MTU, 0);
        }
    }

    fn cut(&mut self, n: usize) {
        for (packet, size) in self.packets.iter_mut().zip(&self.sizes).take(n) {
            packet.truncate(VIRTIO_NET_HDR_LEN + size);
        }
    }
}

fn forward(from: &SyncDevice, to: &SyncDevice) {
    let mut packet = vec![0; VIRTIO_NET_HDR_LEN + MAX_PACKET];
    loop {
        if let Ok(n) = from.recv(&mut packet) {
            let _ = to.send(&packet[..n]);
        }
    }
}

fn forward_offload(from: &SyncDevice, to: &SyncDevice) {
    let mut batch = Batch::new();
    loop {
        batch.prepare();
        let received = from.recv_multiple(
            &mut batch.original,
            &mut batch.packets,
            &mut batch.sizes,
            VIRTIO_NET_HDR_LEN,
        );
        if let Ok(n) = received {
            batch.cut(n);
            let _ = to.send_multiple(&mut batch.table, &mut batch.packets[..n], VIRTIO_NET_HDR_LEN);
        }
    }
}

async fn forward_async(from: Arc<AsyncDevice>, to: Arc<AsyncDevice>) {
    let mut packet = vec![0; MAX_PACKET];
    loop {
        if let Ok(n) = from.recv(&mut packet).await {
            let _ = to.send(&packet[..n]).await;
        }
    }
}

async fn forward_async_offload(from: Arc<AsyncDevice>, to: Arc<AsyncDevice>) {
    let mut batch = Batch::new();
    loop {
        batch.prepare();
        let received = from
            .recv_multiple(
                &mut batch.original,
                &mut batch.packets,
                &mut batch.sizes,
                VIRTIO_NET_HDR_LEN,
            )
            .await;
        if let Ok(n) = received {
            batch.cut(n);
            let _ = to
                .send_multiple(&mut batch.table, &mut batch.packets[..n], VIRTIO_NET_HDR_LEN)
                .await;
        }
    }
}

fn run_sync(
    names: &[String],
    offload: bool,
    threads: usize,
    forward: fn(&SyncDevice, &SyncDevice),
) -> io::Result<()> {
    let one = Arc::new(builder(&names[0], offload).build_sync()?);
    let two = Arc::new(builder(&names[1], offload).build_sync()?);
    wait_for_caller();
    let mut handles = Vec::new();
    for _ in 0..threads {
        for (from, to) in [(&one, &two), (&two, &one)] {
            let (from, to) = (from.clone(), to.clone());
            handles.push(thread::spawn(move || forward(&from, &to)));
        }
    }
    for handle in handles {
        let _ = handle.join();
    }
    Ok(())
}

fn run_async(names: &[String], offload: bool) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let one = Arc::new(builder(&names[0], offload).build_async()?);
        let two = Arc::new(builder(&names[1], offload).build_async()?);
        tokio::task::block_in_place(wait_for_caller);
        let tasks = if offload {
            [
                tokio::spawn(forward_async_offload(one.clone(), two.clone())),
                tokio::spawn(forward_async_offload(two, one)),
            ]
        } else {
            [
                tokio::spawn(forward_async(one.clone(), two.clone())),
                tokio::spawn(forward_async(two, one)),
            ]
        };
        for task in tasks {
            let _ = task.await;
        }
        Ok(())
    })
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 4 {
        return Err(io::Error::other("usage: peers WAY NAME NAME"));
    }
    let names = &arguments[2..];
    match arguments[1].as_str() {
        "sync" => run_sync(names, false, 1, forward),
        "sync-raw" => run_sync(names, true, 1, forward),
        "sync-offload" => run_sync(names, true, 1, forward_offload),
        "sync-offload-2" => run_sync(names, true, 2, forward_offload),
        "async" => run_async(names, false),
        "async-offload" => run_async(names, true),
        _ => Err(io::Error::other("unknown way")),
    }
}
