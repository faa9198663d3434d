internal import Basics
internal import NIOCore
internal import NIOPosix

/// The event loops that do the sinks' network work: own ones, since their threads give way to intake and journal.
enum SinkEventLoops {
    /// For the process's life, as many as `SinkThreads`.
    static let shared: any EventLoopGroup = {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        for loop in group.makeIterator() { loop.execute { ThreadPriority.lower() } }
        return group
    }()
}
