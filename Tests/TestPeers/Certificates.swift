/// A small authority of the tests' own, made with openssl: certificates for a server on this machine and for a client,
/// and a second authority that nobody trusts.
public struct Certificates: Sendable {
    public static let serverName = "localhost"
    public static let clientName = "trapline.example.net"

    public let folder: TemporaryFolder
    public var authority: String { folder.file("authority.pem") }
    /// For `localhost`, 127.0.0.1 and ::1.
    public var serverCertificate: String { folder.file("server.pem") }
    public var serverKey: String { folder.file("server.key") }
    /// For `trapline.example.net`.
    public var clientCertificate: String { folder.file("client.pem") }
    public var clientKey: String { folder.file("client.key") }
    /// Signed none of these.
    public var strangerAuthority: String { folder.file("stranger.pem") }

    public init() throws {
        // A server that gave up its privileges reads its key from here; the keys live as long as the test.
        folder = try TemporaryFolder(readableByOthers: true)
        try makeAuthority("authority", name: "Trapline test authority")
        try makeAuthority("stranger", name: "Another authority")
        try issue(
            "server", name: Self.serverName, names: "DNS:localhost,IP:127.0.0.1,IP:::1", usage: "serverAuth")
        try issue("client", name: Self.clientName, names: "DNS:\(Self.clientName)", usage: "clientAuth")
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private func makeAuthority(_ file: String, name: String) throws {
        try openssl(
            ["req", "-x509"] + Self.newKey + [
                "-keyout", folder.file(file + ".key"), "-out", folder.file(file + ".pem"), "-days", "30", "-subj",
                "/CN=" + name, "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            ])
    }

    private func issue(_ file: String, name: String, names: String, usage: String) throws {
        try openssl(
            ["req"] + Self.newKey + [
                "-keyout", folder.file(file + ".key"), "-out", folder.file(file + ".csr"), "-subj", "/CN=" + name,
            ])
        let extensions = try folder.write(
            "subjectAltName=\(names)\nextendedKeyUsage=\(usage)\nbasicConstraints=CA:FALSE\n", to: file + ".ext")
        try openssl([
            "x509", "-req", "-in", folder.file(file + ".csr"), "-CA", authority, "-CAkey",
            folder.file("authority.key"), "-CAcreateserial", "-out", folder.file(file + ".pem"), "-days", "30",
            "-extfile", extensions,
        ])
        try Command.expect("chmod", ["644", folder.file(file + ".key")])
    }

    private func openssl(_ arguments: [String]) throws {
        try Command.expect("openssl", arguments)
    }
}

extension Command {
    /// Runs a program that must succeed; a status other than 0 is a failure that shows what it printed.
    @discardableResult
    public static func expect(_ program: String, _ arguments: [String]) throws -> Output {
        let output = try run(program, arguments)
        guard output.status == 0 else {
            throw Failure(
                description: "\(program) \(arguments.joined(separator: " ")) ended with \(output.status): "
                    + output.standardError.suffix(2_000))
        }
        return output
    }
}
