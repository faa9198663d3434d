/// A device's UDP ports as two of our listeners see them, of traps and of keep-alives; a third takes the place of the
/// older. With the address they are the device's bindings in its NAT.
public struct BoundPorts: Sendable, Hashable {
    private struct Bound: Sendable, Hashable {
        var listener: UInt16 = 0
        /// 0: none.
        var port: UInt16 = 0
    }

    private var first = Bound()
    private var second = Bound()

    public init() {}

    /// From one number, as a row holds them.
    public init(packed: Int64) {
        let bits = UInt64(bitPattern: packed)
        first = Bound(listener: UInt16(truncatingIfNeeded: bits >> 48), port: UInt16(truncatingIfNeeded: bits >> 32))
        second = Bound(listener: UInt16(truncatingIfNeeded: bits >> 16), port: UInt16(truncatingIfNeeded: bits))
    }

    public var packed: Int64 {
        Int64(
            bitPattern: UInt64(first.listener) << 48 | UInt64(first.port) << 32 | UInt64(second.listener) << 16
                | UInt64(second.port))
    }

    /// The device's port towards our port `listener`.
    public func port(on listener: UInt16) -> UInt16? {
        if first.listener == listener, first.port != 0 { return first.port }
        if second.listener == listener, second.port != 0 { return second.port }
        return nil
    }

    /// Each port of the device with the one of ours that sees it.
    public var all: [(listener: UInt16, port: UInt16)] {
        [first, second].filter { $0.port != 0 }.map { ($0.listener, $0.port) }
    }

    /// Whether the ports that two listeners see differ.
    var differ: Bool { first.port != 0 && second.port != 0 && first.port != second.port }

    /// Gives what is known no more.
    mutating func set(_ port: UInt16, on listener: UInt16) -> (listener: UInt16, port: UInt16)? {
        let bound = Bound(listener: listener, port: port)
        var old = Bound()
        if first.listener == listener || first.port == 0 && second.listener != listener {
            (old, first) = (first, bound)
        } else {
            (old, second) = (second, bound)
        }
        return old.port == 0 || old == bound ? nil : (old.listener, old.port)
    }

    mutating func drop(on listener: UInt16) {
        if first.listener == listener { first = Bound() }
        if second.listener == listener { second = Bound() }
    }
}
