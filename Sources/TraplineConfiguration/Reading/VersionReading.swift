import SNMPWire

extension DocumentReader {
    /// `v1`, `v2c` or `v3`.
    func version(_ node: YAMLNode) -> SNMPVersion? {
        switch word(node, VersionWord.self) {
        case .v1: .v1
        case .v2c: .v2c
        case .v3: .v3
        case nil: nil
        }
    }
}

private enum VersionWord: String, CaseIterable {
    case v1, v2c, v3
}
