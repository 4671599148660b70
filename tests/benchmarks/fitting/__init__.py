"""EM beside the tools for mixtures: one fit, how sure it is, a fresh process."""
