internal import Glibc

/// A file of a MIB folder, looked over before net-snmp reads it: which modules it holds, and whether it is whole.
///
/// net-snmp gives up a damaged module in the middle and says so in the terms of its grammar. A file that is no text, or
/// that ends before its module does, is better refused here, in plain words and before it displaces another.
struct ModuleFile: Sendable {
    let path: String
    /// In the order of the file; never empty.
    let modules: [String]
    private let octets: [UInt8]

    /// The largest modules of vendors have some 2 MiB.
    static let maximumSize = 8 * 1024 * 1024
    /// Published sets of modules have some 3,000 files.
    static let maximumFilesPerFolder = 10_000

    init(path: String) throws(CatalogProblem) {
        let octets = try ModuleFile.read(path)
        if let position = octets.firstIndex(of: 0) {
            let line = octets[..<position].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
            throw CatalogProblem(file: path, line: line, message: "a NUL octet: this is no text, left out")
        }
        var scanner = ModuleScanner(octets)
        let modules = scanner.modules()
        guard !modules.isEmpty else { throw CatalogProblem(file: path, message: "no MIB module in this file") }
        if let open = scanner.openModule {
            throw CatalogProblem(
                file: path, line: scanner.line, message: "the file ends before module \(open) does, left out")
        }
        self.path = path
        self.modules = modules
        self.octets = octets
    }

    /// The first line that has the word; `nil` if none does.
    func line(of word: String) -> Int? {
        let word = Array(word.utf8)
        for (index, line) in octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where line.split(whereSeparator: { !ModuleScanner.isWordOctet($0) }).contains(where: { $0.elementsEqual(word) })
        {
            return index + 1
        }
        return nil
    }

    /// The files of a folder by name, without hidden ones and the copies that editors leave.
    static func paths(in folder: String) throws(CatalogProblem) -> [String] {
        guard let directory = unsafe opendir(folder) else {
            throw CatalogProblem(file: folder, message: "the folder cannot be read: \(describe(errno))")
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory), names.count < maximumFilesPerFolder {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
                    unsafe String(cString: $0)
                }
            }
            if name.hasPrefix(".") || name.hasPrefix("#") || name.hasSuffix("#") || name.hasSuffix("~") { continue }
            names.append(folder.hasSuffix("/") ? folder + name : folder + "/" + name)
        }
        return names.filter { !isFolder($0) }.sorted()
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func read(_ path: String) throws(CatalogProblem) -> [UInt8] {
        // A pipe in the folder must not hold up the start.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw CatalogProblem(file: path, message: "cannot be read: \(describe(errno))") }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CatalogProblem(file: path, message: "not a file, left out")
        }
        guard status.st_size <= maximumSize else {
            throw CatalogProblem(file: path, message: "larger than \(maximumSize / 1024 / 1024) MiB, left out")
        }
        var octets = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < octets.count {
            let count = unsafe octets.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + filled }, buffer.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CatalogProblem(file: path, message: "cannot be read: \(describe(errno))") }
            if count == 0 { break }
            filled += count
        }
        octets.removeLast(octets.count - filled)
        return octets
    }

    private static func describe(_ error: Int32) -> String {
        unsafe strerror(error).map { unsafe String(cString: $0) } ?? "error \(error)"
    }
}

/// Finds `NAME DEFINITIONS ::= BEGIN … END` in a text, past strings and comments.
struct ModuleScanner {
    private let octets: [UInt8]
    private var position = 0
    private(set) var line = 1
    /// The module that the text ends in; `nil` if all are closed.
    private(set) var openModule: String?

    init(_ octets: [UInt8]) {
        self.octets = octets
    }

    mutating func modules() -> [String] {
        var modules: [String] = []
        var lastName: String?
        var head: String?
        var depth = 0
        while let word = nextWord() {
            switch word {
            case "DEFINITIONS" where depth == 0: head = lastName
            case "BEGIN":
                if depth == 0, let name = head {
                    modules.append(name)
                    openModule = name
                    depth = 1
                } else if depth > 0 {
                    depth += 1
                }
                head = nil
            case "END" where depth > 0:
                depth -= 1
                if depth == 0 { openModule = nil }
            default:
                // An object identifier may stand between the name and DEFINITIONS; its labels are lower case.
                if depth == 0, word.first?.isUppercase ?? false { lastName = word }
            }
        }
        return modules
    }

    static func isWordOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The next word outside strings and comments; `nil` at the end. An open string runs to the end, as in net-snmp.
    private mutating func nextWord() -> String? {
        while position < octets.count {
            let octet = octets[position]
            if octet == UInt8(ascii: "\"") {
                position += 1
                while position < octets.count, octets[position] != UInt8(ascii: "\"") { advance() }
                position += 1
            } else if isComment {
                position += 2
                while position < octets.count, octets[position] != UInt8(ascii: "\n"), !isComment { advance() }
                if isComment { position += 2 }
            } else if ModuleScanner.isWordOctet(octet) {
                let start = position
                while position < octets.count, ModuleScanner.isWordOctet(octets[position]) { position += 1 }
                return String(decoding: octets[start..<position], as: UTF8.self)
            } else {
                advance()
            }
        }
        return nil
    }

    private var isComment: Bool {
        position + 1 < octets.count && octets[position] == UInt8(ascii: "-")
            && octets[position + 1] == UInt8(ascii: "-")
    }

    private mutating func advance() {
        if octets[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }
}
