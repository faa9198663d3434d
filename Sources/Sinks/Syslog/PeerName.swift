internal import NIOSSL

/// Whether a certificate bears the name that the operator configured (RFC 5425 §5.2, RFC 6125 §6.4).
///
/// NIOSSL also takes a certificate that bears the address connected to instead: whoever could turn the name's address to
/// a machine with such a certificate would be taken for the server. So the name is looked for here once more.
enum PeerName {
    /// A certificate without alternative names is judged by its common name, which NIOSSL has done.
    static func isBorne(_ name: String, by certificate: NIOSSLCertificate) -> Bool {
        var hasNames = false
        for alternative in certificate._subjectAlternativeNames() {
            hasNames = true
            guard alternative.nameType == .dnsName else { continue }
            if matches(name, pattern: String(decoding: alternative.contents, as: UTF8.self)) { return true }
        }
        return !hasNames
    }

    /// RFC 6125 §6.4.3: a `*` stands for the whole first label, and for no more.
    static func matches(_ name: String, pattern: String) -> Bool {
        let name = labels(name)
        let pattern = labels(pattern)
        guard name.count == pattern.count else { return false }
        if pattern.first == "*", pattern.count > 2 { return name.dropFirst() == pattern.dropFirst() }
        return name == pattern
    }

    private static func labels(_ name: String) -> ArraySlice<Substring> {
        let labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        // A trailing dot says that the name is complete.
        return labels.last?.isEmpty == true ? labels.dropLast() : labels[...]
    }
}
