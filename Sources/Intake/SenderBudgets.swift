internal import Basics

/// What each sender may still send: a table of token buckets of fixed size, for one socket's thread alone. The sockets
/// of an endpoint share senders out by address, so that a sender's bucket is in one table.
///
/// A bucket that is full says nothing that a new one would not: it is forgotten when its place is wanted. The table is
/// only full of buckets that are not when more datagrams come in than `slots` senders together are allowed, at the
/// default budget 32 million a second; a sender that then finds no place is let through and counted.
struct SenderBudgets {
    /// What a bucket belongs to: a sender, or one of the devices that a relay speaks for.
    struct Key: Hashable {
        var address: IPAddress
        /// The IPv4 address that a relay names; 0 for the sender itself.
        var device: UInt32

        init(_ sender: IPAddress, device: UInt32 = 0) {
            address = sender
            self.device = device
        }
    }

    enum Verdict {
        case within
        /// Refused.
        case over
        /// Let through without a look, for want of room.
        case unmeasured
    }

    private struct Bucket {
        /// The sender's address, with `family`, which is 0 where nobody's bucket is.
        var bits: UInt128 = 0
        /// When the bucket will be full, in nanoseconds since 1970.
        var fullAt: Int64 = 0
        var device: UInt32 = 0
        var plan: UInt16 = 0
        var family: UInt8 = 0
    }

    /// Half a megabyte, which stays in a processor's cache.
    static let slots = 16_384
    /// Buckets that a sender may be in: so many are looked at before there is no place.
    private static let ways = 8

    private var buckets: [Bucket] = []
    private var policy: BudgetPolicy?
    /// Unknown to senders, who could else choose addresses that share few places.
    private let seed: UInt64

    init(seed: UInt64 = .random(in: 0 ... .max)) {
        self.seed = seed
    }

    /// The policy in force; where it says something else than before, every bucket is full again.
    mutating func use(_ new: BudgetPolicy?) {
        guard new !== policy else { return }
        if let new, new.settings != policy?.settings {
            buckets = [Bucket](repeating: Bucket(), count: Self.slots)
        } else if new == nil {
            buckets = []
        }
        policy = new
    }

    /// Whether the datagram that came in at `time` is within its sender's budget; if so, it is taken from it.
    ///
    /// The time is the kernel's, of the datagram's arrival, so that a reader that was held up does not take what waited
    /// for it for a storm. Where the clock was set back meanwhile, a bucket counts as empty at worst.
    mutating func judge(_ key: Key, at time: Int64) -> Verdict {
        guard let policy else { return .within }
        guard let index = place(of: key, at: time, policy) else { return .unmeasured }
        let plan = policy.plans[Int(buckets[index].plan)]
        let fullAt = min(max(buckets[index].fullAt, time), time + plan.depth)
        guard fullAt + plan.interval - time <= plan.depth else {
            buckets[index].fullAt = fullAt
            return .over
        }
        buckets[index].fullAt = fullAt + plan.interval
        return .within
    }

    /// The sender's bucket: its old one, else a new one in a place that is free or holds a full bucket, or, where there
    /// is none, one from before the clock was set back.
    private mutating func place(of key: Key, at time: Int64, _ policy: BudgetPolicy) -> Int? {
        let (bits, family) = (key.address.bits, key.address.family.rawValue)
        // A device's place is another one than its relay's, and than that of the same number as a sender.
        let home = Int(truncatingIfNeeded: hash(bits ^ UInt128(key.device) << 96)) & (Self.slots - Self.ways)
        var free: Int?
        for index in home..<home + Self.ways {
            if buckets[index].bits == bits, buckets[index].family == family, buckets[index].device == key.device {
                return index
            }
            if free == nil, buckets[index].fullAt <= time { free = index }
        }
        guard let free = free ?? (home..<home + Self.ways).first(where: { isFromTheFuture(buckets[$0], time, policy) })
        else { return nil }
        buckets[free] = Bucket(
            bits: bits, fullAt: time, device: key.device, plan: policy.plan(for: key.address), family: family)
        return free
    }

    /// No bucket takes longer to fill: the clock was set back since, and the place would be lost until it has caught
    /// up.
    private func isFromTheFuture(_ bucket: Bucket, _ time: Int64, _ policy: BudgetPolicy) -> Bool {
        bucket.fullAt - time > policy.plans[Int(bucket.plan)].depth
    }

    /// Two multiplications, each folded: every bit of the address reaches every bit of the place.
    private func hash(_ bits: UInt128) -> UInt64 {
        let high = UInt64(truncatingIfNeeded: bits >> 64) ^ seed
        let low = UInt64(truncatingIfNeeded: bits) ^ 0x9e37_79b9_7f4a_7c15
        let first = low.multipliedFullWidth(by: seed | 1)
        let second = (first.high ^ first.low ^ high).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        return second.high ^ second.low
    }
}
