import { expect, test } from "vitest"
import { AddressVotes, ownAddresses } from "./own-addresses.ts"

test("port 0 becomes the port that we listen on, under the same scheme and best on the same host", () => {
  const listening = ["tcp://127.0.0.1:1111/", "tcp://10.0.0.1:2222/", "tcp+tls://127.0.0.1:3333/"]
  expect(ownAddresses(["tcp://10.0.0.1:0/"], listening, undefined)).toEqual(["tcp://10.0.0.1:2222/"])
  expect(ownAddresses(["tcp://example.org:0/?a=b"], listening, undefined)).toEqual(["tcp://example.org:1111/?a=b"])
  expect(ownAddresses(["tcp+tls://example.org:0/"], listening, undefined)).toEqual(["tcp+tls://example.org:3333/"])
})

test("an address whose port or host cannot be found is not told to others, any other is as it was", () => {
  expect(ownAddresses(["tcp+tls://10.0.0.1:0/", "tcp://[::]:5/"], ["tcp://10.0.0.1:1/"], undefined)).toEqual([])
  const fine = ["tcp://1.2.3.4:5/", "tcp://[2001:4860::1]:5/", "i2p://abc.b32.i2p:1234", "unix:///tmp/s.sock"]
  expect(ownAddresses(fine, [], "2001:4860::2")).toEqual(fine)
})

test("[::] becomes the address that most peers see us at", () => {
  const votes = new AddressVotes()
  expect(votes.guess).toBeUndefined()
  votes.add("tcp://1.1.1.1:1/", "tcp://[2001:4860::1]:1/")
  votes.add("tcp://1.1.1.2:1/", "tcp://[2001:4860::2]:1/")
  expect(votes.guess).toBe("2001:4860::1")
  votes.add("tcp://1.1.1.3:1/", "tcp://[2001:4860::2]:99/")
  expect(votes.guess).toBe("2001:4860::2")
  expect(ownAddresses(["tcp://[::]:7/"], [], votes.guess)).toEqual(["tcp://[2001:4860::2]:7/"])
})

test("a peer has one vote, IPv4 addresses and [::] have none, and the last 20 count", () => {
  const votes = new AddressVotes()
  votes.add("tcp://1.1.1.1:1/", "tcp://9.9.9.9:1/")
  votes.add("tcp://1.1.1.1:1/", "tcp://[::]:1/")
  expect(votes.guess).toBeUndefined()
  votes.add("tcp://1.1.1.1:1/", "tcp://[2001:4860::1]:1/")
  for (let port = 1; port < 50; port++) votes.add(`tcp://6.6.6.6:${port}/`, "tcp://[2001:4860::6]:1/")
  expect(votes.guess).toBe("2001:4860::1")
  for (let host = 1; host <= 20; host++) votes.add(`tcp://2.2.2.${host}:1/`, `tcp://[2001:4860::${host + 10}]:1/`)
  expect(votes.guess).toBe("2001:4860::11")
})
