import ipaddr from 'ipaddr.js'

/** A list of networks that an address can be looked up in. */
export interface Networks {
  /** As written in the configuration: addresses and CIDR ranges. */
  readonly ranges: readonly string[]
  /** Whether the address lies in one of the ranges; an IPv4 address inside IPv6 (`::ffff:10.0.0.1`) counts as IPv4. */
  includes(address: string): boolean
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

/**
 * Reads a comma-separated list of addresses and CIDR ranges, such as `127.0.0.1, 10.0.0.0/8, fd00::/8`.
 * Answers undefined when an entry is neither.
 */
export function parseNetworks(text: string): Networks | undefined {
  const ranges = text
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '')
  const parsed: Range[] = []
  for (const range of ranges) {
    const one = parseRange(range)
    if (!one) return undefined
    parsed.push(one)
  }
  return { ranges, includes: (address) => liesIn(address, parsed) }
}

function parseRange(text: string): Range | undefined {
  const [start = '', bits, ...rest] = text.split('/')
  if (!isAddress(start) || rest.length > 0) return undefined
  if (bits === undefined) return wholeAddress(ipaddr.process(start))
  if (!ipaddr.isValidCIDR(text)) return undefined
  const [address, length] = ipaddr.parseCIDR(text)
  if (!(address instanceof ipaddr.IPv6) || !address.isIPv4MappedAddress()) return [address, length]
  return length < 96 ? undefined : [address.toIPv4Address(), length - 96]
}

const wholeAddress = (address: Range[0]): Range => [address, address.kind() === 'ipv4' ? 32 : 128]

function liesIn(text: string, ranges: readonly Range[]): boolean {
  if (ranges.length === 0 || !isAddress(text)) return false
  const address = ipaddr.process(text)
  return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))
}

/**
 * What an address counts as where callers are counted: itself, or for IPv6 its network of 64 bits. Whoever has an
 * IPv6 line has all addresses of such a network.
 */
export function countedAs(address: string): string {
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return address
  return ipaddr.IPv6.parse(address).parts.slice(0, 4).join(':')
}

/** ipaddr.js also takes `1`, `0x7f.1` and the like for IPv4; only the form with four decimal parts is meant here. */
const isAddress = (text: string): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)
