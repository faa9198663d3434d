internal import Foundation
internal import GRDB

extension StoreError {
    /// Runs `body` and gives its errors a code and a place.
    static func translating<Value>(at place: String, _ body: () throws -> Value) throws(StoreError) -> Value {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, place: place)
        } catch {
            throw StoreError(.unavailable, place: place, reason: "\(error.localizedDescription)")
        }
    }

    private init(_ error: DatabaseError, place: String) {
        let code: Code =
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
            case .SQLITE_FULL: .full
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: .unavailable
            default: .failed
            }
        self.init(code, place: place, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
    }
}
