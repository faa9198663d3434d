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
        if let named = unsafe getenv("TRAPLINE_MIBS").map({ unsafe String(cString: $0) }), !named.isEmpty {
            return named
        }
        return bundledDirectory(executable: executablePath(), current: currentFolder())
    }

    /// The search itself, with the two places it starts from.
    static func bundledDirectory(executable: String?, current: String?) -> String? {
        let binaries = executable.map(parent)
        let installed = binaries.map { parent($0) + "/share/trapline/mibs" }
        let above = [binaries, current].compactMap(\.self).flatMap { start in
            sequence(first: start) { $0 == "" || $0 == "/" ? nil : parent($0) }.prefix(maximumLevels)
                .map { $0 + "/mibs" }
        }
        return ([installed].compactMap(\.self) + above).first { isReadable("\($0)/\(markModule)") }
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
