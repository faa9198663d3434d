import Foundation

/// A text file read whole, within bounds.
struct SourceFile {
    /// A configuration is written by people; what is larger is another kind of file, given by mistake.
    static let maximumSize = 1024 * 1024

    var name: String
    var text: String

    /// Reads a regular file of UTF-8 text; the problem names the place of the first octet that is not.
    static func read(_ path: String) -> Result<SourceFile, SourceFailure> {
        let handle: FileHandle
        do {
            // A folder or a device would be read as nothing, or never to its end.
            let attributes = try FileManager.default.attributesOfItem(
                atPath: URL(filePath: path).resolvingSymlinksInPath().path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                return .failure(SourceFailure("this is no regular file"))
            }
            handle = try FileHandle(forReadingFrom: URL(filePath: path))
        } catch {
            return .failure(SourceFailure("cannot be read: \(reason(error))"))
        }
        defer { try? handle.close() }
        do {
            let data = try handle.read(upToCount: maximumSize + 1) ?? Data()
            return decode(Array(data), name: path)
        } catch {
            return .failure(SourceFailure("cannot be read: \(reason(error))"))
        }
    }

    static func decode(_ octets: [UInt8], name: String) -> Result<SourceFile, SourceFailure> {
        guard octets.count <= maximumSize else {
            return .failure(SourceFailure("is larger than \(SizeText.format(maximumSize)), the limit for such a file"))
        }
        // Windows editors put a byte order mark in front; it is no part of the text.
        let body = octets.starts(with: [0xef, 0xbb, 0xbf]) ? octets[3...] : octets[...]
        guard let text = String(validating: body, as: UTF8.self) else {
            let repaired = String(decoding: body, as: UTF8.self)
            return .failure(SourceFailure("this is not UTF-8 text", firstReplacement(in: repaired)))
        }
        return .success(SourceFile(name: name, text: text))
    }

    private static func firstReplacement(in text: String) -> SourceMark {
        var mark = SourceMark.start
        for scalar in text.unicodeScalars {
            if scalar == "\u{fffd}" { break }
            if scalar == "\n" {
                mark = SourceMark(line: mark.line + 1, column: 1)
            } else {
                mark.column += 1
            }
        }
        return mark
    }

    /// The system's word for a failed file operation: Foundation's own wraps the path into a sentence.
    static func reason(_ error: any Error) -> String {
        let error = error as NSError
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? any Error { return reason(underlying) }
        if error.domain == NSPOSIXErrorDomain, let code = POSIXErrorCode(rawValue: Int32(error.code)) {
            return unsafe String(cString: strerror(code.rawValue))
        }
        switch CocoaError.Code(rawValue: error.code) {
        case .fileReadNoSuchFile, .fileNoSuchFile: return "no such file"
        case .fileReadNoPermission: return "permission denied"
        default: return error.localizedDescription
        }
    }
}

/// Why a file gave no text.
struct SourceFailure: Error {
    var message: String
    var mark: SourceMark?

    init(_ message: String, _ mark: SourceMark? = nil) {
        self.message = message
        self.mark = mark
    }
}
