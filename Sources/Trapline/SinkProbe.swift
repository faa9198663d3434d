public import Sinks

/// Tries the peers of sinks without sending an event: what `trapline check --connect` asks.
public enum SinkProbe {
    /// The sinks whose peer does not answer as it should, with the reason, in the order given.
    public static func failures(
        _ sinks: [(name: String, settings: SinkSettings)]
    ) async -> [(name: String, failure: DeliveryFailure)] {
        var failures: [(name: String, failure: DeliveryFailure)] = []
        for (name, settings) in sinks {
            let sink = SinkFactory.make(name, settings)
            do throws(DeliveryFailure) {
                try await sink.probe()
            } catch {
                failures.append((name, error))
            }
            await sink.close()
        }
        return failures
    }
}
