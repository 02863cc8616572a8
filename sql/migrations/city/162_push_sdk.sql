-- The registered SDK by which messages reach the device; empty where the city's policy gives no reasons for SDKs.
ALTER TABLE push_target ADD COLUMN sdk TEXT NOT NULL DEFAULT '';
