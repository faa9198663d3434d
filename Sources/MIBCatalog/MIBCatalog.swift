// MIBCatalog
