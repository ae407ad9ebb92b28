/** The configuration file that is written when there is none. It works as it is, on one computer. */
export const CONFIG_TEMPLATE = `# Configuration of dchat's daemon: "dchat daemon". Flags of the command line override what stands here.

[rpc]
# Where programs such as "dchat send" reach the daemon. Whoever can connect to it can read and write in your name:
# keep it on this computer.
rpc_listen = "tcp://127.0.0.1:51054"

# Methods that are answered with "method not found".
# rpc_disabled_methods = ["p2p.get_info"]

[net]
# Takes addresses of this computer and of private networks as peers. Remove it on the open internet.
localnet = true

# How many connections to others are kept up, and how many of theirs each address below takes.
outbound_connections = 5
inbound_connections = 8

# Transports that may be dialled: tcp, tcp+tls (the same behind TLS), tor and others. Each needs a table below.
active_profiles = ["tcp"]

# What keeps networks apart: only nodes with the same four bytes understand each other.
# magic_bytes = [217, 239, 182, 125]

# Where the addresses of other nodes are kept while the daemon does not run.
# hostlist = "~/.local/share/dchat/hosts.tsv"

# Hosts that are refused: name, transports, ports.
# blacklist = [["bad.example", ["tcp"], [9600]]]

[net.profiles."tcp"]
# Addresses to listen on.
inbound = ["tcp://127.0.0.1:51554"]

# The same addresses as others see them. They are told to seeds and peers, so that more nodes find this one.
external_addrs = ["tcp://127.0.0.1:51554"]

# Nodes that are asked for the addresses of others.
# seeds = ["tcp://127.0.0.1:50515"]

# Nodes to stay connected to.
# peers = ["tcp://127.0.0.1:51555"]

# Seconds: for one attempt to connect, for the exchange of versions, and between two heartbeats.
# outbound_connect_timeout = 15
# channel_handshake_timeout = 10
# channel_heartbeat_interval = 30
`
