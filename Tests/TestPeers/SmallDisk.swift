internal import Foundation

/// A small file system of a test's own: a tmpfs in a mount namespace that a process of ours keeps open, so that nobody
/// else sees it and nothing is left of it. Programs get at it through `launcher`.
public final class SmallDisk {
    private let mountPoint: String
    private let holder: ServerProcess
    private let identifier: Int32

    /// Mounts it on a folder that is there.
    public init(at mountPoint: String, mebibytes: Int, folder: TemporaryFolder) throws {
        self.mountPoint = mountPoint
        // Who is not root becomes root of a user namespace, where that is allowed.
        let namespaces = geteuid() == 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"]
        let script = """
            mount -t tmpfs -o size=\(mebibytes)m,mode=700 trapline-test "$0" && echo mounted && exec sleep 3600
            """
        do {
            let log = folder.path
            holder = try ServerProcess(
                "unshare", namespaces + ["sh", "-c", script, mountPoint], folder: folder.path
            ) {
                let logs = (try? FileManager.default.contentsOfDirectory(atPath: log)) ?? []
                return logs.filter { $0.hasPrefix("unshare-") }.contains {
                    (try? String(contentsOfFile: log + "/" + $0, encoding: .utf8))?.contains("mounted") == true
                }
            }
        } catch {
            throw Command.Failure(
                description: "no small file system can be mounted, which takes root or user namespaces: \(error)")
        }
        guard let identifier = holder.identifier else {
            throw Command.Failure(description: "the small file system's namespace is gone")
        }
        self.identifier = identifier
    }

    /// The program and arguments that start another program where the file system is mounted.
    public var launcher: [String] {
        ["nsenter", "--target", "\(identifier)"]
            + (geteuid() == 0 ? ["--mount"] : ["--user", "--preserve-credentials", "--mount"])
    }

    /// Writes a file until not one octet more can be written.
    public func fill() throws {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw Command.Failure(description: "\(filler): errno \(errno)") }
        defer { close(descriptor) }
        var piece = [UInt8](repeating: 0x2a, count: 1 << 20)
        while !piece.isEmpty {
            if write(descriptor, piece, piece.count) < piece.count { piece = Array(piece[..<(piece.count / 2)]) }
        }
    }

    /// Removes what `fill` wrote.
    public func free() throws {
        guard unlink(filler) == 0 else { throw Command.Failure(description: "\(filler): errno \(errno)") }
    }

    /// A process's namespace can be looked into from outside.
    private var filler: String { "/proc/\(identifier)/root\(mountPoint)/filler" }
}
