import type { ByteStream, Clock } from "@dchat/runtime"
import { Mutex, whenCancelled, type Cancellable, type Cancellation } from "@dchat/task"
import type { MessageType } from "../message/message.ts"
import { Backlog, PIECE_BYTES, STREAM_BYTES, pieceOf } from "./backlog.ts"
import { HeldBack } from "./held-back.ts"
import { Meter } from "./metering.ts"
import type { PacketEncoder, PacketSink } from "./packet-encoder.ts"
import { TurnClock } from "./turn-clock.ts"

/** How much a channel keeps for a peer that reads slowly, in bytes. */
const SEND_QUEUE_BYTES = 4 * 2 ** 20

/** How much that is urgent it keeps beyond that, in bytes. */
const URGENT_BYTES = 1024

/** How much longer than it must a message is held back: the reference waits twice as long too (darkfi-net 4.5). */
const CAUTION = 2

/** Who has put so many bytes without a pause waits for the next turn, so that other work has its own. */
const BURST_BYTES = 64 * 1024

/** So much is gathered before the stream gets it, and a packet longer than the other goes to it by itself: it copies up to 4 KiB. */
const GATHERED_BYTES = 3 * 1024
const LONG_BYTES = 1024

/** What is returned for what is taken at once: a promise for each message would cost more than the message. */
const TAKEN: Promise<void> = Promise.resolve()

/** Who has put much waits for this. */
interface Pause {
  readonly over: Promise<void>
  readonly end: () => void
}

interface Lane {
  readonly type: MessageType<unknown>
  readonly meter: Meter
  /** No message of this kind is sent before this moment, so that they keep their order. */
  openAt: number
}

/**
 * What waits to be sent on one channel: bounded in bytes, in order. What is urgent goes ahead of what the stream has not been
 * given yet. A message that comes too soon after others of its kind is held back, so that the peer need not ban us
 * (darkfi-net 4.5).
 */
export class SendQueue implements PacketSink {
  readonly #stream: ByteStream
  readonly #encoder: PacketEncoder
  readonly #clock: Clock
  readonly #turnClock: Pick<Clock, "monotonic">
  readonly #maxBytes: number
  /** Of the few kinds of messages that are sent. Replaced when there is one more: an array that grows, or is spread, keeps room for 17. */
  #lanes: readonly Lane[] = []
  // Most channels never hold anything back, their peers are fast enough, and nobody waits for room: they need none of these.
  #held: HeldBack | undefined
  #backlog: Backlog | undefined
  #turn: Mutex | undefined
  #pause: Pause | undefined
  #refused = 0
  #burst = 0
  /** How many bytes the stream was given. */
  #given = 0
  /** What is gathered leaves at the end of this turn. */
  #flushIsDue = false
  #reason: Error | undefined

  constructor(
    stream: ByteStream,
    encoder: PacketEncoder,
    clock: Clock,
    maxBytes: number = SEND_QUEUE_BYTES,
    turnClock: Pick<Clock, "monotonic"> = new TurnClock(clock),
  ) {
    this.#stream = stream
    this.#encoder = encoder
    this.#clock = clock
    this.#turnClock = turnClock
    this.#maxBytes = maxBytes
  }

  /** How many bytes wait: held back, or not yet taken by the operating system. */
  get bytes(): number {
    const waiting = (this.#held?.bytes ?? 0) + (this.#backlog?.bytes ?? 0)
    return waiting + this.#encoder.gathered(this) + this.#stream.bufferedBytes
  }

  /** How many bytes the operating system has taken. */
  get sent(): number {
    return this.#given - this.#stream.bufferedBytes
  }

  /** How many bytes go ahead of what is urgent and is taken now. */
  get ahead(): number {
    return this.#encoder.gathered(this) + this.#stream.bufferedBytes + (this.#backlog?.ahead ?? 0)
  }

  /** How many packets found no room and were refused. */
  get refused(): number {
    return this.#refused
  }

  /** Takes a packet if there is room for it, and if nobody waits for room. What is not taken counts as refused. */
  offer(type: MessageType<unknown>, packet: Uint8Array): boolean {
    const taken = this.#takeNow(type, packet)
    if (!taken) this.#refused++
    return taken
  }

  /**
   * Makes a message a packet and takes it, as {@link SendQueue.put} does. While the stream has room the packet is gathered with
   * those before it, which saves a view and a copy of each.
   */
  send<T>(type: MessageType<T>, value: T, options?: Cancellable): Promise<void> {
    const encoder = this.#encoder
    if (!this.#isClear) return this.put(type, encoder.encode(type, value), options)
    const length = encoder.gather(type, value, this)
    if (length > LONG_BYTES || length > this.#maxBytes) return this.put(type, encoder.takeBack(length), options)
    const wait = type.metering.threshold === 0 ? 0 : this.#reserve(type)
    if (wait > 0) this.#hold(wait, type, encoder.takeBack(length))
    else if (encoder.gathered(this) >= GATHERED_BYTES) encoder.flush()
    else if (!this.#flushIsDue) {
      this.#flushIsDue = true
      this.#clock.defer(() => this.#flush())
    }
    return this.#pauseAfter(length)
  }

  /**
   * Takes a packet as soon as there is room for it: first come, first served. Who does not wait for what this returns only
   * queues more of them. Rejects with the reason of {@link SendQueue.close}.
   */
  put(type: MessageType<unknown>, packet: Uint8Array, options?: Cancellable): Promise<void> {
    if (!this.#takeNow(type, packet)) return this.#takeLater(type, packet, options)
    return this.#pauseAfter(packet.length)
  }

  /** For the encoder: packets that were gathered. */
  write(packets: Uint8Array): void {
    if (this.#reason === undefined) this.#give(packets)
  }

  #give(bytes: Uint8Array): void {
    this.#given += bytes.length
    this.#stream.write(bytes)
  }

  #flush(): void {
    this.#flushIsDue = false
    if (this.#encoder.gathered(this) === 0) return
    this.#encoder.flush()
    this.#stream.flush()
  }

  /** Whether nothing waits but for the stream, and that has room. */
  get #isClear(): boolean {
    if (this.#backlog !== undefined || this.#reason !== undefined || this.#turn?.locked === true) return false
    return this.bytes < Math.min(STREAM_BYTES, this.#maxBytes)
  }

  #pauseAfter(bytes: number): Promise<void> {
    this.#burst += bytes
    return this.#burst < BURST_BYTES ? TAKEN : (this.#pause ??= this.#newPause()).over
  }

  /** Ends in the next turn. The same for everyone who comes until then. */
  #newPause(): Pause {
    let letGo = nothing
    const over = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const end = (): void => {
      timer.cancel()
      this.#burst = 0
      this.#pause = undefined
      letGo()
    }
    const timer = this.#clock.setTimer(0, end)
    return { over, end }
  }

  #takeNow(type: MessageType<unknown>, packet: Uint8Array): boolean {
    if (!this.#hasRoom(type, packet)) return false
    this.#take(type, packet)
    return true
  }

  async #takeLater(type: MessageType<unknown>, packet: Uint8Array, { signal }: Cancellable = {}): Promise<void> {
    const mutex = (this.#turn ??= new Mutex())
    const turn = mutex.tryLock() ?? (await mutex.lock({ signal }))
    try {
      if (!this.#fits(packet, this.#maxBytes)) {
        // What is larger than all the room goes when next to nothing waits.
        await this.#held?.nothing.wait({ signal })
        await this.#backlog?.nothing.wait({ signal })
        await unlessCancelled(this.#stream.drained(), signal)
      }
      if (this.#reason !== undefined) throw this.#reason
      this.#take(type, packet)
    } finally {
      turn.release()
    }
  }

  /** Gives what waits for the stream to it, all of it: the channel is about to hang up in good order. */
  moveOn(): void {
    if (this.#encoder.gathered(this) > 0) this.#encoder.flush()
    this.#backlog?.moveAll()
  }

  /** Drops what has not been given to the stream, and whatever comes. Who waits for room gets the reason. */
  close(reason: Error): void {
    this.#reason ??= reason
    this.#pause?.end()
    this.#held?.drop()
    this.#backlog?.drop()
  }

  /** Whether there is room, and nobody else waits for it. What is urgent has a little of its own. */
  #hasRoom(type: MessageType<unknown>, packet: Uint8Array): boolean {
    if (type.urgent) return this.#fits(packet, this.#maxBytes + URGENT_BYTES)
    return this.#turn?.locked !== true && this.#fits(packet, this.#maxBytes)
  }

  #fits(packet: Uint8Array, maxBytes: number): boolean {
    const { bytes } = this
    return bytes === 0 || bytes + packet.length <= maxBytes
  }

  #take(type: MessageType<unknown>, packet: Uint8Array): void {
    if (this.#reason !== undefined) return
    const wait = type.metering.threshold === 0 ? 0 : this.#reserve(type)
    if (wait > 0) this.#hold(wait, type, packet)
    else this.#pass(type, packet)
  }

  #hold(ms: number, type: MessageType<unknown>, packet: Uint8Array): void {
    const held = (this.#held ??= new HeldBack(this.#clock))
    held.add(ms, packet, () => this.#pass(type, packet))
  }

  /** On to the stream, or behind what waits for it. */
  #pass(type: MessageType<unknown>, packet: Uint8Array): void {
    if (this.#encoder.gathered(this) > 0) this.#encoder.flush()
    const backlog = this.#backlog
    if (backlog !== undefined) {
      if (type.urgent) backlog.addUrgent(packet)
      else backlog.add(packet)
    } else if (type.urgent || (packet.length <= PIECE_BYTES && this.#stream.bufferedBytes < STREAM_BYTES)) {
      this.#give(packet)
    } else {
      this.#passInPieces(packet)
    }
  }

  /** As much as the stream has room for; what is left waits. */
  #passInPieces(packet: Uint8Array): void {
    const stream = this.#stream
    let given = 0
    while (given < packet.length) {
      const room = STREAM_BYTES - stream.bufferedBytes
      if (room <= 0) break
      const piece = pieceOf(packet, given, room)
      given += piece.length
      this.#give(piece)
    }
    if (given === packet.length) return
    const give = (bytes: Uint8Array): void => this.#give(bytes)
    this.#backlog = new Backlog(stream, this.#clock, { packet, given }, give, () => {
      this.#backlog = undefined
    })
  }

  /** How long the next message of a kind must wait, in milliseconds. It counts from when it is sent. */
  #reserve(type: MessageType<unknown>): number {
    const lane = this.#laneOf(type)
    const now = this.#turnClock.monotonic()
    const at = Math.max(now, lane.openAt)
    lane.openAt = at + CAUTION * lane.meter.push(at)
    return lane.openAt - now
  }

  #laneOf(type: MessageType<unknown>): Lane {
    const lanes = this.#lanes
    for (let i = 0; i < lanes.length; i++) if (lanes[i]?.type === type) return lanes[i] as Lane
    const lane: Lane = { type, meter: new Meter(type.metering, "late"), openAt: 0 }
    this.#lanes = lanes.concat([lane])
    return lane
  }
}

/** Waits for `work`, but no longer than until the signal is cancelled. */
function unlessCancelled(work: Promise<void>, signal: Cancellation | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const unlink = whenCancelled(signal, reject)
    work.then(resolve, reject).finally(unlink)
  })
}

function nothing(): void {}
