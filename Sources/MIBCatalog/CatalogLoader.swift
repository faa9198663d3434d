/// Loads folders of MIB modules: chooses a file for each module, has net-snmp read them, and keeps what is whole.
///
/// A module that net-snmp gives up gives way to the same module of a later folder, so that a damaged file among the
/// user's own takes nothing from the bundled ones.
struct CatalogLoader {
    private(set) var problems: [CatalogProblem] = []
    /// Files for each module, the ones of earlier folders first.
    private var candidates: [String: [ModuleFile]] = [:]
    /// Every module in the order of folders and files.
    private var order: [String] = []
    private var leftOut: Set<String> = []
    private var files: [String: ModuleFile] = [:]
    private var lastFolder = ""
    private let parse: ([(path: String, module: String)]) -> ParserOutput
    private let now: () -> ContinuousClock.Instant

    /// A run for each module that has to give way; more than this at once means that a folder is beyond repair.
    static let maximumRuns = 16

    /// A run alone takes a few milliseconds.
    static let maximumSuspects = 1_000

    /// After so long only the last folder is still tried: modules at which the parser never ends cost a time-out each,
    /// and a server that starts late receives nothing meanwhile.
    static let maximumDuration = Duration.seconds(120)

    /// - Parameters:
    ///   - parse: runs the parser over files; a test may stand in for net-snmp.
    ///   - now: the clock.
    init(
        directories: [String],
        parse: @escaping ([(path: String, module: String)]) -> ParserOutput = { ParserOutput(parsing: $0) },
        now: @escaping () -> ContinuousClock.Instant = { .now }
    ) {
        self.parse = parse
        self.now = now
        for directory in directories { scan(directory) }
        lastFolder = directories.last ?? ""
    }

    private mutating func scan(_ directory: String) {
        let paths: [String]
        do {
            paths = try ModuleFile.paths(in: directory)
        } catch {
            problems.append(error)
            return
        }
        if paths.count == ModuleFile.maximumFilesPerFolder {
            problems.append(
                CatalogProblem(file: directory, message: "more than \(paths.count) files, the rest left out"))
        }
        var seen: [String: String] = [:]
        for path in paths where files[path] == nil {
            do {
                let file = try ModuleFile(path: path)
                files[path] = file
                for module in file.modules {
                    if let other = seen[module] {
                        problems.append(
                            CatalogProblem(file: path, message: "module \(module) is also in \(other), left out"))
                        continue
                    }
                    seen[module] = path
                    if candidates[module] == nil { order.append(module) }
                    candidates[module, default: []].append(file)
                }
            } catch {
                problems.append(error)
            }
        }
    }

    /// Runs the parser until every file that gave way is left out.
    mutating func load() -> Catalog {
        let deadline = now() + Self.maximumDuration
        for _ in 0..<Self.maximumRuns where now() < deadline {
            let chosen = chosenFiles()
            guard !chosen.isEmpty else { return .empty }
            let output = parse(chosen.map { ($0.file.path, $0.module) })
            guard output.outcome == .complete else {
                guard leaveOut(after: output, chosen, before: deadline) else { return .empty }
                continue
            }
            let refused = chosen.filter { output.refused.contains($0.module) }.map(\.file.path)
            guard refused.isEmpty else {
                for path in refused {
                    leftOut.insert(path)
                    problems.append(CatalogProblem(file: path, message: "does not begin with a module, left out"))
                }
                continue
            }
            let complaints = ParserComplaints(output.messages, files: files)
            let givingWay = filesGivingWay(complaints, chosen)
            if givingWay.isEmpty {
                problems += complaints.problems
                let failed = chosen.filter { complaints.failedFiles.contains($0.file.path) }.flatMap(\.file.modules)
                return CatalogBuilder(output.nodes, modules: order.filter { !failed.contains($0) && isLoaded($0) })
                    .catalog()
            }
            for path in givingWay.sorted() {
                leftOut.insert(path)
                problems += complaints.problems.filter { $0.file == path }
                problems.append(
                    CatalogProblem(file: path, message: "left out for this; the module is taken from a later folder"))
            }
        }
        return loadLastFolder()
    }

    /// Whether a file is one of the last folder's, and not of another whose name only begins so.
    private func isInLastFolder(_ path: String) -> Bool {
        path.hasPrefix(lastFolder.hasSuffix("/") ? lastFolder : lastFolder + "/")
    }

    private func isLoaded(_ module: String) -> Bool {
        candidates[module, default: []].contains { !leftOut.contains($0.path) }
    }

    /// The first file of each module that is not left out; files of several modules first, since net-snmp finds their
    /// later modules only by reading them.
    private func chosenFiles() -> [(module: String, file: ModuleFile)] {
        var chosen: [(module: String, file: ModuleFile)] = []
        var taken: Set<String> = []
        for module in order {
            guard let file = candidates[module]?.first(where: { !leftOut.contains($0.path) }),
                taken.insert(file.path).inserted
            else { continue }
            chosen.append((file.modules[0], file))
        }
        // Of two modules that define one point, the one read first gives it its name: rather the last folder's, whose
        // names rules and routes are written in.
        return chosen.filter { $0.file.modules.count > 1 } + chosen.filter { $0.file.modules.count == 1 }.reversed()
    }

    /// Files that net-snmp gave up or could not hang into the tree, or on whose account modules of the last folder, which
    /// are whole by themselves, lose names; if another folder has their modules too.
    private func filesGivingWay(
        _ complaints: ParserComplaints, _ chosen: [(module: String, file: ModuleFile)]
    ) -> Set<String> {
        let losing = complaints.missing.filter { missing in
            isInLastFolder(missing.file)
                && files[missing.file]?.modules.contains { complaints.unlinkedModules.contains($0) } ?? false
        }.map(\.module)
        return Set(
            chosen.map(\.file).filter { file in
                let isBroken =
                    complaints.failedFiles.contains(file.path)
                    || file.modules.contains { complaints.unlinkedModules.contains($0) || losing.contains($0) }
                let hasOther = file.modules.contains { module in
                    candidates[module, default: []].contains { $0.path != file.path && !leftOut.contains($0.path) }
                }
                return isBroken && hasOther
            }.map(\.path))
    }

    /// Leaves out the module at which a run ended; false where no run can succeed.
    private mutating func leaveOut(
        after output: ParserOutput, _ chosen: [(module: String, file: ModuleFile)],
        before deadline: ContinuousClock.Instant
    ) -> Bool {
        let reason =
            switch output.outcome {
            case .timedOut: "net-snmp does not come to an end with this module, left out"
            case .oversized: "this module has too much in it, left out"
            default: "net-snmp's parser fails at this module, left out"
            }
        guard output.outcome != .notStarted, let module = output.lastModule,
            let last = chosen.first(where: { $0.module == module })?.file
        else {
            problems.append(CatalogProblem(message: "the MIB parser could not be started: no processes or memory left"))
            return false
        }
        // The module that was begun last may have failed for one that it imports: whoever fails alone is the one.
        let suspects = chosen.map(\.file).filter { !isInLastFolder($0.path) }.prefix(Self.maximumSuspects)
        let failing = suspects.filter { file in
            guard now() < deadline else { return false }
            let alone = parse(file.modules.prefix(1).map { (file.path, $0) })
            return alone.outcome != .complete && alone.outcome != .notStarted
        }
        for file in failing.isEmpty ? [last] : failing {
            leftOut.insert(file.path)
            problems.append(CatalogProblem(file: file.path, message: reason))
        }
        return true
    }

    /// The last resort: the last folder alone, which is the bundled one.
    private mutating func loadLastFolder() -> Catalog {
        problems.append(CatalogProblem(message: "too many modules fail; only \(lastFolder) is loaded"))
        let nodes = order.compactMap { module in
            candidates[module]?.last.map { (path: $0.path, module: module) }
        }.filter { isInLastFolder($0.path) }
        let output = parse(nodes)
        guard output.outcome == .complete else { return .empty }
        return CatalogBuilder(output.nodes, modules: nodes.map(\.module)).catalog()
    }
}

extension Catalog {
    /// Loads every module of the folders; a module that several folders have is taken from the earliest.
    ///
    /// Never fails: what cannot be loaded is told among the problems, and the rest is loaded. Threads may load at the
    /// same time; a load takes some 50 ms for 100 modules and keeps nothing of an earlier one.
    public static func load(directories: [String]) -> (catalog: Catalog, problems: [CatalogProblem]) {
        var loader = CatalogLoader(directories: directories)
        let catalog = loader.load()
        return (catalog, loader.problems)
    }

    /// What `trapline mibs check` tells: the problems that folders of modules have over the bundled modules.
    public static func check(
        directories: [String], bundled: String? = bundledDirectory()
    ) -> (catalog: Catalog, problems: [CatalogProblem]) {
        load(directories: directories + (bundled.map { [$0] } ?? []))
    }
}
