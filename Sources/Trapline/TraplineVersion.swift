/// The version of this program.
public enum TraplineVersion {
    public static let current = "0.1.0"
}
