public import Basics

/// A notification that leaves a device: a datagram, and where it is to go.
public struct SentNotification: Sendable, Hashable {
    /// Which of the receiver's ports it is sent to.
    public enum Channel: Sendable, Hashable {
        /// 162.
        case traps
        /// `KeepAliveTrapPort`, 1161 by default.
        case keepAlives
    }

    public var time: Timestamp
    public var channel: Channel
    public var payload: [UInt8]

    public init(time: Timestamp, channel: Channel, payload: [UInt8]) {
        self.time = time
        self.channel = channel
        self.payload = payload
    }
}
