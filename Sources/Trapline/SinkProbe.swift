public import Sinks

/// Tries the peers of sinks without sending an event: what `trapline check --connect` asks.
public enum SinkProbe {
    /// The sinks whose peer does not answer as it should, with the reason, in the order given.
    public static func failures(
        _ sinks: [ConfiguredSink]
    ) async -> [(name: String, failure: DeliveryFailure)] {
        var failures: [(name: String, failure: DeliveryFailure)] = []
        for configured in sinks {
            let sink = SinkFactory.make(configured.name, configured.settings)
            do throws(DeliveryFailure) {
                try await sink.probe()
            } catch {
                failures.append((configured.name, error))
            }
            await sink.close()
        }
        return failures
    }
}
