/** Where the addresses of honest nodes, of a crowd and of adversaries begin: public ones, 250 netgroups for each first byte. */
const FIRST = { honest: 20, crowd: 80, guilty: 130 } as const
const GROUPS_PER_BYTE = 250
/** So many netgroups are there, of either kind. */
const MOST_GROUPS = 60 * GROUPS_PER_BYTE

/** Hands out IPv4 addresses in so many netgroups (/16), in turn. */
export class AddressSpace {
  readonly #first: number
  readonly #groups: number
  #made = 0

  constructor(kind: keyof typeof FIRST, groups: number) {
    if (!Number.isInteger(groups) || groups < 1 || groups > MOST_GROUPS)
      throw new RangeError(`${groups} netgroups: there must be 1 to ${MOST_GROUPS}`)
    this.#first = FIRST[kind]
    this.#groups = groups
  }

  next(): string {
    const group = this.#made % this.#groups
    const inGroup = Math.floor(this.#made++ / this.#groups)
    const [a, b] = [this.#first + Math.floor(group / GROUPS_PER_BYTE), group % GROUPS_PER_BYTE]
    if (inGroup >= 250 * 250) throw new RangeError(`no address is left in ${this.#groups} netgroups; take more`)
    return `${a}.${b}.${1 + Math.floor(inGroup / 250)}.${1 + (inGroup % 250)}`
  }
}
