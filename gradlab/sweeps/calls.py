"""Names of the functions that workers call.

Their module imports torch; this one does not, and neither does whoever names them.
"""

PREPARE = "gradlab.sweeps.measure:prepare"
REACH = "gradlab.sweeps.measure:reach"
DESCRIBE = "gradlab.sweeps.measure:describe"
VERIFY = "gradlab.sweeps.measure:verify"
MEASURE = "gradlab.sweeps.measure:measure"
TIME = "gradlab.sweeps.measure:time_group"
