import Basics
import Intake
import SNMPWire

/// `access:` who may send, and how much.
enum AccessSection {
    /// The users by themselves too, with those that cannot be used.
    static func read(
        _ node: YAMLNode, _ reader: DocumentReader
    ) -> (settings: AccessSettings, users: UsersSection.Users) {
        var (access, found) = (AccessSettings(), UsersSection.Users())
        guard let mapping = MappingReader(node, reader, of: "communities, sources, budget, users and versions") else {
            found.hasNameless = true
            return (access, found)
        }
        access.communities = mapping.take("communities") { communities($0, reader) }
        access.sources = mapping.take("sources") { node in
            let elements = reader.oneOrMore(node)
            if elements.isEmpty { reader.warning("sources: an empty list lets nobody in", at: node.mark) }
            return elements.compactMap(reader.network)
        }
        if let budget = mapping.take("budget") { access.budget = BudgetSection.read(budget, reader) }
        if let users = mapping.entry("users") {
            found = UsersSection.read(users.value, reader)
            access.users = found.usable
            // Whoever names users and no communities wants SNMPv3 alone.
            if access.communities == nil { access.communities = [] }
        }
        if let versions = mapping.entry("versions") { readVersions(versions, mapping, reader, &access) }
        mapping.finish()
        return (access, found)
    }

    private static func readVersions(
        _ entry: YAMLNode.Entry, _ mapping: MappingReader, _ reader: DocumentReader, _ access: inout AccessSettings
    ) {
        let elements = reader.oneOrMore(entry.value)
        if elements.isEmpty { reader.warning("versions: an empty list lets nobody in", at: entry.value.mark) }
        access.versions = Set(elements.compactMap(reader.version))
        let hasUsers = mapping.take("users") != nil
        if hasUsers, !access.versions.contains(.v3) {
            reader.warning("versions: v3 is not among them, so that no user is let in", at: entry.mark)
        } else if !hasUsers, access.versions == [.v3] {
            reader.warning("versions: v3 alone, and no users: nobody is let in", at: entry.mark)
        }
        if access.versions.isDisjoint(with: [.v1, .v2c]), mapping.take("communities") != nil {
            reader.warning("versions: without v1 and v2c no community is let in", at: entry.mark)
        }
    }

    private static func communities(_ node: YAMLNode, _ reader: DocumentReader) -> [Community]? {
        guard let elements = reader.list(node, of: "communities") else { return nil }
        if elements.isEmpty { reader.warning("communities: an empty list lets no v1 or v2c sender in", at: node.mark) }
        var communities: [Community] = []
        for element in elements {
            guard let community = community(element, reader) else { continue }
            if let name = community.name, communities.contains(where: { $0.name == name }) {
                reader.error("the community name \(quoted(name)) stands twice", at: element.mark)
            } else if communities.contains(where: { $0.value == community.value }) {
                reader.error("the same community stands twice", at: element.mark)
            } else {
                communities.append(community)
            }
        }
        return communities
    }

    /// `public`, `{name: fleet, value: public}` or `{name: fleet, file: PATH}`.
    private static func community(_ node: YAMLNode, _ reader: DocumentReader) -> Community? {
        if case .text = node.content { return reader.secret(node, "community").map { Community(name: nil, value: $0) } }
        guard
            let mapping = MappingReader(node, reader, of: "name, and value or file", keysAreSecret: true)
        else { return nil }
        let name = mapping.take("name") { reader.name($0, of: "community") }
        let value = mapping.take("value")
        let file = mapping.take("file")
        mapping.finish()
        switch (value, file) {
        case (let value?, nil):
            return reader.secret(value, "community").map { Community(name: name, value: $0) }
        case (nil, let file?):
            return reader.secretFile(file, "community").map { Community(name: name, value: $0) }
        default:
            reader.error("a community has either value or file", at: node.mark)
            return nil
        }
    }
}

extension DocumentReader {
    /// Names become metric labels and words of the command line.
    static let maximumNameLength = 64

    /// A name of letters, digits, `.`, `_` and `-`.
    func name(_ node: YAMLNode, of what: String) -> String? {
        guard let text = text(node, "a name") else { return nil }
        guard DocumentReader.isName(text) else {
            error("\(quoted(text)) is no name for a \(what): \(DocumentReader.nameRule)", at: node.mark)
            return nil
        }
        return text
    }

    static let nameRule = "letters, digits, \".\", \"_\" and \"-\", at most \(maximumNameLength)"

    static func isName(_ text: String) -> Bool {
        (1...maximumNameLength).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                // Scalars, since a letter's Character can hold invisible marks too.
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "._-".unicodeScalars.contains(scalar)
            }
    }
}
