"""Retention: what is past its time is listed, two persons agree, a worker erases it; and bundles for clients."""
