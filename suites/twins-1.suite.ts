import { describeTwins } from './twins/twins.ts'

describeTwins(1, 3)
