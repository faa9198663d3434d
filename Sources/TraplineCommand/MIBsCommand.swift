import ArgumentParser
import Foundation
import MIBCatalog
import Trapline

/// `trapline mibs`: asks the catalog.
struct MIBsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mibs", abstract: "Asks the MIB catalog.",
        discussion: """
            The folders under mibs: in the configuration come first, then the modules that come with Trapline: the folder \
            that TRAPLINE_MIBS names in the environment; without it share/trapline/mibs beside the bin that the program \
            lies in, or the nearest folder mibs above the program or the current folder.
            """,
        subcommands: [List.self, Find.self, Show.self, CheckModules.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the modules with the number of their nodes.")

        @OptionGroup var configurationOptions: ConfigurationOptions

        func run() throws {
            let catalog = try configurationOptions.load().catalog
            let counts = Dictionary(grouping: catalog.nodes, by: \.module).mapValues(\.count)
            for module in catalog.modules { print("\(module)  \(counts[module] ?? 0)") }
        }
    }

    struct Find: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Finds nodes by a part of their name.")

        @OptionGroup var configurationOptions: ConfigurationOptions

        @Argument(help: "A part of a name, in any case.")
        var text: String

        func run() throws {
            let found = try configurationOptions.load().catalog.find(text)
            guard !found.isEmpty else { throw CommandFailure("nothing is named like \(text)") }
            for node in found { print("\(node.module)::\(node.name)  \(node.oid)  \(node.kind)") }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows all that is known of a name or OID.")

        @OptionGroup var configurationOptions: ConfigurationOptions

        @Argument(help: "`IF-MIB::linkDown`, `linkDown` or `1.3.6.1.6.3.1.1.5.3`.")
        var name: String

        func run() throws {
            let catalog = try configurationOptions.load().catalog
            guard let node = catalog.node(named: name) ?? catalog.oid(named: name).flatMap({ catalog.node(for: $0) })
            else { throw CommandFailure("\(name) is not in the catalog") }
            print(MIBNodeText.lines(node))
        }
    }

    struct CheckModules: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Loads folders of modules and prints every problem; exits with 1 on any.")

        @Argument(help: "Folders of MIB modules.")
        var folders: [String]

        func run() throws {
            let problems = Catalog.check(directories: folders).problems
            for problem in problems { print(problem) }
            guard problems.isEmpty else { throw ExitCode(1) }
        }
    }
}

/// A node of the catalog as a person reads it.
enum MIBNodeText {
    static func lines(_ node: MIBNode) -> String {
        var lines = ["\(node.module)::\(node.name)", "  OID          \(node.oid)", "  kind         \(node.kind)"]
        func add(_ label: String, _ text: String?) {
            guard let text, !text.isEmpty else { return }
            lines.append("  " + label.padding(toLength: 13, withPad: " ", startingAt: 0) + text)
        }
        add("syntax", node.textualConvention.map { "\($0) (\(node.syntax))" } ?? node.syntax)
        add(
            "values",
            node.enumeration.sorted { $0.key < $1.key }.map { "\($0.value)(\($0.key))" }.joined(separator: " "))
        add("hint", node.displayHint)
        add("units", node.units)
        add("index", node.indexes.map(\.name).joined(separator: " "))
        add("objects", node.objects.joined(separator: " "))
        add(
            "description",
            node.description.map { text in
                text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            })
        return lines.joined(separator: "\n")
    }
}
