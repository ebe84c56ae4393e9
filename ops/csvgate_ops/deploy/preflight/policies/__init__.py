"""Organization policies that would refuse something that deploy creates."""
