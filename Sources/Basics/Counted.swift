/// A count with its noun, as a person reads it: `1 event`, `2 events`, `0 switches`.
///
/// - Parameter plural: where it is not the noun with an s.
public func counted(_ count: some BinaryInteger, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
