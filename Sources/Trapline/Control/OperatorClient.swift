import Basics
import Foundation
import Glibc
import Journal
import Pipeline
import SNMPWire
import Sinks
import Store
import TraplineConfiguration

/// Brings an operator's request to the server on a data folder. Where none runs, the request is journaled here, in the
/// server's place, and is done at its next start.
public struct OperatorClient {
    /// How long a server that starts or stops is waited for.
    private static let patience = Duration.seconds(10)
    private static let pause = 0.2

    private let folder: String
    private let journalSettings: JournalSettings
    private let configuredSinks: Set<String>?

    /// - Parameter loaded: the server's own configuration; `nil` where the folder alone is known.
    public init(folder: String, loaded: LoadedConfiguration?) {
        self.folder = folder
        self.journalSettings = loaded?.configuration?.journal ?? JournalSettings()
        self.configuredSinks = loaded?.configuration.map { Set($0.sinks.map(\.name)) }
    }

    /// Gives what was done, as a line for a person.
    /// - Throws: with the reason where it was not.
    public func perform(_ request: ControlRequest) throws -> String {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let response = try ask(request) { return try text(of: response) }
            do {
                return try text(of: try performHere(request)) + "; no server runs: at its next start"
            } catch let error as JournalError where error.reason == .locked {
                // The server that holds the lock opens its socket later, and closes it before it ends.
                guard ContinuousClock.now < deadline else {
                    throw ServerError("a server holds \(folder) and takes no commands: it starts, stops, or hangs")
                }
            }
            Thread.sleep(forTimeInterval: Self.pause)
        }
    }

    private func text(of response: ControlResponse) throws(ServerError) -> String {
        guard let done = response.done else { throw ServerError(response.error ?? "the server does not say why") }
        return done
    }

    /// `nil` where no server listens.
    private func ask(_ request: ControlRequest) throws(ServerError) -> ControlResponse? {
        do throws(SystemError) {
            guard let connection = try ControlSocket.connect(to: folder) else { return nil }
            guard connection.write(ControlLine.encode(request)), let line = connection.readLine() else {
                throw SystemError(ETIMEDOUT)
            }
            return ControlLine.decode(line, as: ControlResponse.self)
                ?? .failed("the server's answer cannot be understood; is it of another version?")
        } catch {
            throw ServerError("\(folder)/\(ControlSocket.name): \(error)")
        }
    }

    /// With the folder's lock, as a server has it. Nothing is written where the request makes no sense.
    private func performHere(_ request: ControlRequest) throws -> ControlResponse {
        let store = try EventStore.readOnly(folder: folder)
        let journalFolder = folder + "/journal"
        let owner = try FileManager.default.attributesOfItem(atPath: journalFolder)[.ownerAccountID] as? NSNumber
        // The server could not read a segment of another user's.
        if let owner, owner.uint32Value != geteuid() {
            throw ServerError("\(folder) belongs to \(OperatorName.ofUser(owner.uint32Value)); run this as that user")
        }
        let lock = try JournalLock(folder: journalFolder)
        let saved = try store.load()
        let actions = OperatorActions(
            store: store, configuredSinks: configuredSinks,
            record: { [journalSettings] facts in
                let journal = try JournalWriter(
                    folder: journalFolder, settings: journalSettings, interfaces: [FactRecorder.interface],
                    after: saved.position, lock: lock)
                defer { journal.close() }
                try FactRecorder(journal: journal, isServing: false).record(facts)
            })
        return actions.perform(request, by: OperatorName.ofUser(getuid()))
    }
}
