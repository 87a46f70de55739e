import { describeTwins } from './twins/twins.ts'

describeTwins(3, 3)
