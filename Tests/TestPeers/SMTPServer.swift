internal import Foundation
internal import Glibc
internal import Synchronization

/// A real exim with a configuration and spool of its own, on free loopback ports: plain SMTP with STARTTLS and AUTH,
/// SMTP over TLS, and SMTP that offers neither. It delivers mail into folders here.
///
/// It can be told to refuse at any step, for now or for good, or to take its time (`Mood`).
///
/// Recipients: `noc` and `night` have mailboxes, `later` is deferred (451), anybody else is rejected (550). Domains other
/// than example.net are taken only from a client that authenticated.
public final class SMTPServer: Sendable {
    public static let user = "ops"
    public static let password = "p%ss \"word\\ü"
    public static let token = "token-0123456789"

    /// STARTTLS and AUTH (PLAIN, LOGIN, XOAUTH2).
    public let port: UInt16
    /// TLS from the first octet, and AUTH without PLAIN.
    public let tlsPort: UInt16
    /// Neither STARTTLS nor AUTH.
    public let barePort: UInt16
    public let certificates: Certificates
    private let folder: TemporaryFolder
    private let process: Mutex<ServerProcess?>

    public init(certificates: Certificates? = nil) throws {
        self.certificates = try certificates ?? Certificates()
        folder = try TemporaryFolder(readableByOthers: true)
        port = try Ports.free()
        tlsPort = try Ports.free()
        barePort = try Ports.free()
        process = Mutex(nil)
        for name in ["spool", "mail", "mood"] {
            try FileManager.default.createDirectory(
                atPath: folder.file(name), withIntermediateDirectories: false)
        }
        try folder.write(configuration, to: "exim.conf")
        if geteuid() == 0 {
            // Exim never delivers as root: it becomes its own user.
            try Command.expect("chown", ["-R", "\(Self.account):", folder.path])
            // and takes its configuration from root alone.
            try Command.expect("chown", ["root:", folder.file("exim.conf")])
        }
        try start()
    }

    public func start() throws {
        let ports = [port, tlsPort, barePort]
        let interfaces = ports.map { "[127.0.0.1]:\($0)" }.joined(separator: " ; ")
        let started = try ServerProcess(
            "exim4", ["-C", folder.file("exim.conf"), "-bdf", "-oX", "<; " + interfaces], folder: folder.path
        ) {
            ports.allSatisfy(Ports.isListening)
        }
        process.withLock { $0 = started }
    }

    /// How the server is to answer from now on, until it is told otherwise.
    public enum Mood: Sendable, Hashable, CustomStringConvertible {
        /// A step of the dialogue with a reply's code, 4yz or 5yz.
        case refusing(Step, code: Int)
        /// Answers a step only after so many seconds.
        case slow(Step, seconds: Int)

        public var description: String {
            switch self {
            case .refusing(let step, let code): "\(code) at \(step.rawValue)"
            case .slow(let step, let seconds): "\(seconds) s at \(step.rawValue)"
            }
        }
    }

    public enum Step: String, Sendable, Hashable, CaseIterable {
        case connect, helo, mail, rcpt, predata, data
    }

    /// `nil`: as it should.
    public func behave(_ mood: Mood?) throws {
        for step in Step.allCases {
            for name in ["code", "delay"] { try? FileManager.default.removeItem(atPath: moodFile(step, name)) }
        }
        switch mood {
        case .refusing(let step, let code)?: try write("\(code)", step, "code")
        case .slow(let step, let seconds)?: try write("\(seconds)s", step, "delay")
        case nil: break
        }
    }

    private func moodFile(_ step: Step, _ name: String) -> String { folder.file("mood/\(step.rawValue)-\(name)") }

    private func write(_ text: String, _ step: Step, _ name: String) throws {
        // In one step: exim looks while we write.
        let file = moodFile(step, name)
        try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    }

    public func stop() {
        process.withLock { $0 }?.stop()
    }

    /// The mails delivered to this local part so far, as they came (line ends LF), oldest first.
    public func mails(for localPart: String = "noc") throws -> [String] {
        let box = folder.file("mail/\(localPart)/new")
        guard FileManager.default.fileExists(atPath: box) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: box)
            .map { name in
                let path = box + "/" + name
                let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
                let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
                return (date ?? .distantPast, name, text)
            }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            .map { $0.2 }
    }

    /// Waits until at least `count` mails have come (or the bound of `Poll`), and returns all.
    public func mails(atLeast count: Int, for localPart: String = "noc") async throws -> [String] {
        _ = try await Poll.eventually { try self.mails(for: localPart).count >= count }
        return try mails(for: localPart)
    }

    /// What exim wrote down: who connected, how, and what became of each mail.
    public func log() -> String {
        (try? String(contentsOfFile: folder.file("mainlog"), encoding: .utf8)) ?? ""
    }

    private static var account: String {
        geteuid() == 0 ? "Debian-exim" : NSUserName()
    }

    /// The password as exim's expansion language wants it inside braces.
    private static var quotedPassword: String {
        password.map { "\\${}".contains($0) ? "\\\($0)" : String($0) }.joined()
    }

    /// A code that begins a message becomes the reply's (exim's specification, "The message modifier"); it must be of
    /// the verb's class.
    private func moods(of step: Step) -> String {
        let code = moodFile(step, "code")
        let delay = moodFile(step, "delay")
        func refusal(_ verb: String, _ digit: Int) -> String {
            """
              \(verb)
                condition = ${if exists{\(code)}{${if match{${readfile{\(code)}}}{^\(digit)}}}}
                message = ${readfile{\(code)}{}} not in this mood
            """
        }
        return """
              warn
                condition = ${if exists{\(delay)}}
                delay = ${if exists{\(delay)}{${readfile{\(delay)}{}}}{0s}}
            \(refusal("defer", 4))
            \(refusal("deny", 5))
            """
    }

    private var configuration: String {
        """
        primary_hostname = localhost
        exim_user = \(Self.account)
        spool_directory = \(folder.file("spool"))
        log_file_path = \(folder.path)/%slog
        pid_file_path =
        keep_environment =
        deliver_drop_privilege = true
        tls_on_connect_ports = \(tlsPort)
        tls_advertise_hosts = ${if eq{$received_port}{\(barePort)}{:}{*}}
        auth_advertise_hosts = ${if eq{$received_port}{\(barePort)}{:}{*}}
        tls_certificate = \(certificates.serverCertificate)
        tls_privatekey = \(certificates.serverKey)
        # A name taken from this list may become part of a path; the one in the mail may not.
        localpartlist mailboxes = noc : night
        acl_smtp_connect = connect
        acl_smtp_helo = helo
        acl_smtp_mail = mail
        acl_smtp_rcpt = recipient
        acl_smtp_predata = predata
        acl_smtp_data = data
        host_lookup =
        rfc1413_query_timeout = 0s
        message_size_limit = 50M

        begin acl
        \(Step.allCases.filter { $0 != .rcpt }.map { "\($0.rawValue):\n\(moods(of: $0))\n  accept" }.joined(separator: "\n"))
        recipient:
        \(moods(of: .rcpt))
          defer local_parts = later
                message = come back later
          deny  local_parts = ! +mailboxes
                message = no such mailbox here
          accept authenticated = *
          accept domains = example.net
          deny  message = relay not permitted

        begin routers
        all:
          driver = accept
          local_parts = +mailboxes
          transport = folder

        begin transports
        folder:
          driver = appendfile
          directory = \(folder.file("mail"))/$local_part_data
          maildir_format
          user = \(Self.account)
          envelope_to_add

        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_advertise_condition = ${if eq{$received_port}{\(tlsPort)}{no}{yes}}
          server_prompts = :
          server_condition = ${if and{{eq{$auth2}{\(Self.user)}}{eq{$auth3}{\(Self.quotedPassword)}}}}
          server_set_id = $auth2
        login:
          driver = plaintext
          public_name = LOGIN
          server_prompts = <| Username: | Password:
          server_condition = ${if and{{eq{$auth1}{\(Self.user)}}{eq{$auth2}{\(Self.quotedPassword)}}}}
          server_set_id = $auth1
        xoauth2:
          driver = plaintext
          public_name = XOAUTH2
          server_prompts = :
          server_condition = ${if eq{$auth1}{user=\(Self.user)\\x01auth=Bearer \(Self.token)\\x01\\x01}}
          server_set_id = \(Self.user)

        """
    }
}
