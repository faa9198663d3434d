internal import Glibc

extension Catalog {
    /// A folder is Trapline's own folder of modules if it holds this one, which every other module needs.
    static let markModule = "SNMPv2-SMI"
    /// Build folders lie some five levels under the package; a search to the root would find folders of strangers.
    static let maximumLevels = 8

    /// Where the modules lie that come with Trapline: the folder that `TRAPLINE_MIBS` names, else
    /// `share/trapline/mibs` beside the executable's `bin`, else the nearest folder `mibs` above the executable or
    /// above the current folder. `nil` if there is none.
    public static func bundledDirectory() -> String? {
        namedDirectory() ?? bundledDirectory(executable: executablePath(), current: currentFolder())
    }

    /// Where `bundledDirectory` looks, for whoever is told that nothing was found.
    public static func bundledDirectoryPlaces() -> String {
        namedDirectory().map { "\($0), which TRAPLINE_MIBS names" }
            ?? bundledDirectoryPlaces(executable: executablePath(), current: currentFolder())
    }

    private static func namedDirectory() -> String? {
        unsafe getenv("TRAPLINE_MIBS").map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The search itself, with the two places it starts from.
    static func bundledDirectory(executable: String?, current: String?) -> String? {
        let above = [executable.map(parent), current].compactMap(\.self).flatMap { start in
            sequence(first: start) { $0 == "" || $0 == "/" ? nil : parent($0) }.prefix(maximumLevels)
                .map { $0 + "/mibs" }
        }
        return ([installedDirectory(executable)].compactMap(\.self) + above).first {
            isReadable("\($0)/\(markModule)")
        }
    }

    static func bundledDirectoryPlaces(executable: String?, current: String?) -> String {
        let starts = [executable.map(parent), current].compactMap(\.self).map { $0.isEmpty ? "/" : $0 }
        let above = starts.isEmpty ? nil : "folders named mibs in and above \(starts.joined(separator: " and "))"
        return [installedDirectory(executable), above].compactMap(\.self).joined(separator: " and ")
    }

    /// Beside the `bin` that the program was installed into.
    private static func installedDirectory(_ executable: String?) -> String? {
        executable.map { parent(parent($0)) + "/share/trapline/mibs" }
    }

    private static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func isReadable(_ path: String) -> Bool {
        unsafe access(path, R_OK) == 0
    }

    private static func executablePath() -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    private static func currentFolder() -> String? {
        guard let path = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
