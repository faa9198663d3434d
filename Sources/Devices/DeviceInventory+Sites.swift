internal import Alarms
internal import Basics

/// A site whose devices all fall silent is one alarm and not a thousand.
///
/// A device whose third keep-alive is missing, at a site where nobody was heard lately, is held back for one more
/// period. If all that are watched there are silent by then, the site's alarm rises, and those of its devices end; else
/// the device's own rises. Once somebody there is heard again, the others have a period to follow: then the site's
/// alarm ends, and who is still missing is told singly.
extension DeviceInventory {
    /// A site's name counts within its tenant.
    struct SiteKey: Sendable, Hashable, Comparable {
        var tenant: String?
        var site: String

        static func < (left: SiteKey, right: SiteKey) -> Bool {
            let (one, other) = (left.tenant == nil ? 0 : 1, right.tenant == nil ? 0 : 1)
            return (one, left.tenant ?? "", left.site) < (other, right.tenant ?? "", right.site)
        }

        /// What tells its alarm from all others: `site:north`, `site:acme/north`. A slash in a name is escaped as in a
        /// URL's path (RFC 3986 §2.1), else the site `b/c` of `a` and the site `c` of `a/b` would share one alarm.
        var id: String {
            let names = [tenant, site].compactMap { $0 }
            return "site:" + names.map(SiteKey.escaped).joined(separator: "/")
        }

        private static func escaped(_ name: String) -> String {
            guard name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }) else { return name }
            return name.reduce(into: "") { $0 += $1 == "/" ? "%2F" : $1 == "%" ? "%25" : String($1) }
        }
    }

    struct Site: Sendable {
        var members: Set<Int32> = []
        var watched = 0
        var silent = 0
        /// On the live clock: the last of its members' signs of life.
        var lastHeard: Int64 = .min
        var isLost = false
        /// When its alarm ends, in seconds on the live clock.
        var clears: Int64?
        /// Its number in the wheel; `nil` where it has no timer.
        var slot: Int32?

        /// In place: a site may have a whole fleet, and a start enters it one by one.
        mutating func add(_ member: Int32, _ liveness: Liveness) {
            members.insert(member)
            if liveness.stage != .unwatched { watched += 1 }
            if liveness.stage.isSilent { silent += 1 }
            lastHeard = max(lastHeard, liveness.refreshed)
        }
    }

    func siteKey(_ index: Int32) -> SiteKey? {
        guard let site = entries[Int(index)].device.site else { return nil }
        return SiteKey(tenant: entries[Int(index)].device.tenant, site: site)
    }

    var silentSites: [SilentSite] {
        sites.filter { $0.value.isLost }.sorted { $0.key < $1.key }.map {
            SilentSite(tenant: $0.key.tenant, site: $0.key.site, clears: $0.value.clears)
        }
    }

    mutating func load(_ saved: SilentSite) {
        let key = SiteKey(tenant: saved.tenant, site: saved.site)
        sites[key, default: Site()].isLost = true
        sites[key]?.clears = saved.clears
        if let clears = saved.clears { armSite(key, clears) }
    }

    // MARK: - Members

    mutating func joinSite(_ index: Int32) {
        guard let key = siteKey(index) else { return }
        let liveness = entries[Int(index)].device.liveness
        sites[key, default: Site()].add(index, liveness)
    }

    mutating func leaveSite(_ index: Int32) {
        guard let key = siteKey(index), sites[key]?.members.remove(index) != nil else { return }
        let stage = entries[Int(index)].device.liveness.stage
        if stage != .unwatched { sites[key]?.watched -= 1 }
        if stage.isSilent { sites[key]?.silent -= 1 }
        if sites[key]?.lastHeard == entries[Int(index)].device.liveness.refreshed {
            let members = sites[key]?.members ?? []
            sites[key]?.lastHeard = members.map { entries[Int($0)].device.liveness.refreshed }.max() ?? .min
        }
        endIfEmpty(key)
    }

    /// Nobody is watched there any more, so that nobody could end its alarm.
    mutating func endIfEmpty(_ key: SiteKey) {
        guard let site = sites[key], site.watched == 0 else { return }
        if site.isLost {
            sites[key]?.isLost = false
            sites[key]?.clears = nil
            sitesChanged = true
            tellSite(.siteEmptied, key, at: Timestamp(nanoseconds: clock.time ?? 0))
        }
        guard site.members.isEmpty else { return }
        if let slot = site.slot { siteSlots[slot] = nil }
        sites[key] = nil
    }

    /// After another configuration has come.
    mutating func endEmptySites() {
        for key in sites.keys.sorted() { endIfEmpty(key) }
    }

    /// The device left a site whose alarm stood for it. In a second it is seen whether the alarm of another site may: all
    /// may have gone there together.
    mutating func uncover(_ index: Int32) {
        guard entries[Int(index)].device.liveness.stage == .covered else { return }
        if let key = siteKey(index), sites[key]?.isLost == true { return }
        setStage(.held, of: index)
        arm(index)
    }

    mutating func countAtSite(_ index: Int32, from before: Liveness.Stage, to stage: Liveness.Stage) {
        guard let key = siteKey(index) else { return }
        if before == .unwatched { sites[key]?.watched += 1 }
        if stage == .unwatched { sites[key]?.watched -= 1 }
        if before.isSilent != stage.isSilent { sites[key]?.silent += stage.isSilent ? 1 : -1 }
    }

    mutating func heardAtSite(_ index: Int32) {
        guard entries[Int(index)].device.site != nil, let key = siteKey(index) else { return }
        if sites[key]?.isLost == true { returnedAtSite(index) }
    }

    // MARK: - Falling silent

    /// Whether nobody else of the device's site was heard lately, so that its silence may be the site's.
    func mayBeSiteWide(_ index: Int32, at second: Int64) -> Bool {
        guard let key = siteKey(index), let site = sites[key], site.watched > 1 else { return false }
        let period = period(of: index)
        return second * .second - site.lastHeard > period + DeviceInventory.tolerance(period)
    }

    /// Raises the alarm of the device's site if all there are silent; `false` where somebody is not.
    mutating func loseSite(of index: Int32, _ time: Timestamp) -> Bool {
        guard let key = siteKey(index), let site = sites[key], site.watched > 1, site.silent == site.watched else {
            return false
        }
        if !site.isLost {
            sites[key]?.isLost = true
            sitesChanged = true
            tellSite(.siteLost(devices: site.watched), key, at: time)
        }
        cover(key, time)
        return true
    }

    /// The alarms of a silent site's devices end: the site's stands for them.
    private mutating func cover(_ key: SiteKey, _ time: Timestamp) {
        for member in membersInOrder(key) {
            switch entries[Int(member)].device.liveness.stage {
            case .unwatched, .alive, .covered: continue
            case .lost: tell(.covered, of: member, at: time)
            case .held: break
            }
            setStage(.covered, of: member)
        }
    }

    private func membersInOrder(_ key: SiteKey) -> [Int32] {
        (sites[key]?.members ?? []).sorted { entries[Int($0)].device.id < entries[Int($1)].device.id }
    }

    // MARK: - Coming back

    /// A device of a silent site is heard again: the others have a period of the slowest of them to follow.
    mutating func returnedAtSite(_ index: Int32) {
        guard let key = siteKey(index), let site = sites[key], site.isLost, site.clears == nil else { return }
        guard entries[Int(index)].device.liveness.stage == .alive else { return }
        let longest = site.members.reduce(Int64(0)) { max($0, period(of: $1)) }
        let due = (clock.now + longest + DeviceInventory.tolerance(longest) + .second - 1) / .second
        sites[key]?.clears = due
        sitesChanged = true
        armSite(key, due)
    }

    private mutating func armSite(_ key: SiteKey, _ due: Int64) {
        let number = sites[key]?.slot ?? nextSiteSlot
        if sites[key]?.slot == nil { nextSiteSlot += 1 }
        sites[key]?.slot = number
        siteSlots[number] = key
        siteWheel.enter(number, at: siteWheel.slot(for: due))
    }

    mutating func look(atSites numbers: [Int32], _ second: Int64) {
        for key in numbers.compactMap({ siteSlots[$0] }).sorted() {
            guard let site = sites[key], site.isLost, let clears = site.clears else { continue }
            if clears > second {
                armSite(key, clears)
            } else {
                clearSite(key, site, time(of: second))
            }
        }
    }

    private mutating func clearSite(_ key: SiteKey, _ site: Site, _ time: Timestamp) {
        if let slot = site.slot { siteSlots[slot] = nil }
        sites[key]?.slot = nil
        sites[key]?.clears = nil
        sitesChanged = true
        // Who came back fell silent again: the alarm stands.
        if site.watched > 0, site.silent == site.watched { return cover(key, time) }
        sites[key]?.isLost = false
        tellSite(.siteRestored(missing: site.silent), key, at: time)
        for member in membersInOrder(key) where entries[Int(member)].device.liveness.stage == .covered {
            lose(member, time)
        }
    }

    // MARK: - Telling

    private mutating func tellSite(_ kind: DeviceNews.Kind, _ key: SiteKey, at time: Timestamp) {
        let device = EventDevice(
            id: key.id, name: key.site, address: IPAddress(v4: 0), group: nil, tenant: key.tenant,
            site: key.site)
        news.append(DeviceNews(time: time, device: device, kind: kind))
    }
}
