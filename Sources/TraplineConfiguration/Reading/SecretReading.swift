import Basics
import Foundation

extension DocumentReader {
    /// Longer than any community, password or token.
    static let maximumSecretSize = 16 * 1024

    /// A secret as text, or read from a file: `{file: PATH}`. No message shows any of it.
    func secret(_ node: YAMLNode, _ what: String) -> Secret? {
        switch node.content {
        case .text(let text, _):
            guard !text.isEmpty, text.utf8.count <= DocumentReader.maximumSecretSize else {
                error("the \(what) is \(text.isEmpty ? "empty" : "too long")", at: node.mark)
                return nil
            }
            return Secret(text)
        case .mapping:
            guard let mapping = MappingReader(node, self, of: "file", keysAreSecret: true) else { return nil }
            let secret = mapping.require("file", "the file that holds the \(what)") { self.secretFile($0, what) }
            mapping.finish()
            return secret
        case .empty, .list:
            error("expected the \(what) or {file: PATH}, found \(node.kind)", at: node.mark)
            return nil
        }
    }

    /// The content of a file without the line breaks that it ends in, which no editor shows and no secret has.
    func secretFile(_ node: YAMLNode, _ what: String) -> Secret? {
        guard let path = path(node) else { return nil }
        switch SourceFile.read(path) {
        case .failure(let failure):
            error("\(path): \(failure.message)", at: node.mark)
            return nil
        case .success(let source):
            var text = source.text[...]
            while text.last?.isNewline == true { text = text.dropLast() }
            guard !text.isEmpty, text.utf8.count <= DocumentReader.maximumSecretSize else {
                error(
                    "\(path): \(text.isEmpty ? "is empty" : "is too long for a \(what)")", at: node.mark)
                return nil
            }
            warnIfWorldReadable(path, at: node.mark)
            return Secret(String(text))
        }
    }

    func warnIfWorldReadable(_ path: String, at mark: SourceMark) {
        let file = URL(filePath: path).resolvingSymlinksInPath().path
        guard let permissions = try? FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
        else { return }
        if permissions.intValue & 0o004 != 0 {
            warning("\(path): every user of this machine can read this secret; chmod o-r mends it", at: mark)
        }
    }
}
