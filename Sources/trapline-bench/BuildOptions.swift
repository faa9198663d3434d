import ArgumentParser

/// How the program was built, which decides whether its figures mean anything.
struct BuildOptions: ParsableArguments {
    @Flag(name: .long, help: "Measure a debug build all the same: to try the program, never for figures.")
    var debugBuild = false

    #if DEBUG
        private static let isDebug = true
    #else
        private static let isDebug = false
    #endif

    func validate() throws {
        guard !Self.isDebug || debugBuild else {
            throw ValidationError(
                """
                This is a debug build, many times slower than what operators run: no figures from it. Build with \
                `swift build -c release`, or give --debug-build to try the program itself.
                """)
        }
    }

    /// The first line of every report.
    func printKind() {
        print(Self.isDebug ? "build: DEBUG. THESE FIGURES MEAN NOTHING." : "build: release")
    }
}
