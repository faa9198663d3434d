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
        if let position = octets.position(of: 0, from: 0) {
            let line = octets.line(at: position)
            throw CatalogProblem(file: path, line: line, message: "a NUL octet: this is no text, left out")
        }
        var scanner = ModuleScanner(octets)
        let modules = scanner.modules()
        guard !modules.isEmpty else { throw CatalogProblem(file: path, message: "no MIB module in this file") }
        if let open = scanner.openModule {
            throw CatalogProblem(
                file: path, line: octets.line(at: octets.count),
                message: "the file ends before module \(open) does, left out")
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

    /// Whether the file has `NAME ::= SEQUENCE`, the type of a table's rows.
    func definesSequence(_ name: String) -> Bool {
        var scanner = ModuleScanner(octets)
        var last: String?
        while let word = scanner.nextCapitalizedWord() {
            if word == "SEQUENCE", last == name { return true }
            last = word
        }
        return false
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
        while let word = nextCapitalizedWord() {
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
            default: if depth == 0 { lastName = word }
            }
        }
        return modules
    }

    /// Letters, digits, `-`, and `_` that vendors use; by octet, since every octet of every module is asked.
    private static let wordOctets = (0...UInt8.max).map { octet in
        let scalar = Unicode.Scalar(octet)
        return octet < 0x80
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_".unicodeScalars.contains(scalar))
    }

    static func isWordOctet(_ octet: UInt8) -> Bool {
        wordOctets[Int(octet)]
    }

    /// The next word that begins with a capital letter, outside strings and comments; `nil` at the end. An open string
    /// runs to the end, as in net-snmp. Names of modules and types, and the words of the grammar, are such words.
    mutating func nextCapitalizedWord() -> String? {
        let wordOctets = Self.wordOctets
        let (quote, dash, newline) = (0x22 as UInt8, 0x2d as UInt8, 0x0a as UInt8)
        while position < octets.count {
            let octet = octets[position]
            if octet == quote {
                position = octets.position(of: quote, from: position + 1).map { $0 + 1 } ?? octets.count
            } else if octet == dash, isComment {
                // To the end of the line or the next pair of dashes.
                let end = octets.position(of: newline, from: position) ?? octets.count
                position += 2
                while position < end, !isComment { position += 1 }
                if position < end { position += 2 }
            } else if wordOctets[Int(octet)] {
                let start = position
                while position < octets.count, wordOctets[Int(octets[position])] { position += 1 }
                if octet >= 0x41, octet <= 0x5a { return String(decoding: octets[start..<position], as: UTF8.self) }
            } else {
                position += 1
            }
        }
        return nil
    }

    private var isComment: Bool {
        let dash = 0x2d as UInt8
        return position + 1 < octets.count && octets[position] == dash && octets[position + 1] == dash
    }
}

extension [UInt8] {
    /// Where an octet stands next. By `memchr`, which looks at many octets at once.
    fileprivate func position(of octet: UInt8, from start: Int) -> Int? {
        guard start < count else { return nil }
        return unsafe withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress,
                let found = unsafe memchr(base + start, Int32(octet), buffer.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// The line that a position lies in, counted from 1.
    fileprivate func line(at position: Int) -> Int {
        self[..<position].reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    }
}
